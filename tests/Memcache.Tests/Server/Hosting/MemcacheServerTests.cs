using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Memcache.Tests.Server.Hosting;

/// <summary>The server on real sockets.</summary>
public class MemcacheServerTests
{
    [Fact]
    public async Task A_client_is_served_over_tcp()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options());
        using Socket client = Connect(server);
        Assert.Equal(
            "STORED\r\nVALUE a 5 3\r\nabc\r\nEND\r\n",
            Say(client, "set a 5 0 3\r\nabc\r\nget a\r\n", "END\r\n"));
    }

    [Fact]
    public async Task A_long_value_goes_in_and_out_in_pieces()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options());
        using Socket client = Connect(server);
        string value = string.Concat(Enumerable.Range(0, 150_000).Select(static i => $"{i % 10}"));
        Assert.Equal("STORED\r\n", Say(client, $"set a 0 0 {value.Length}\r\n{value}\r\n", "STORED\r\n"));
        Assert.Equal(
            $"VALUE a 0 {value.Length}\r\n{value}\r\nEND\r\n", Say(client, "get a\r\n", "END\r\n"));
    }

    [Fact]
    public async Task Connections_that_begin_together_do_not_see_each_others_bytes()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options() with { Threads = 1 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            string value = new((char)('a' + worker), 9_000);
            for (int i = 0; i < 100; i++)
            {
                using Socket client = Connect(server);
                Assert.Equal(
                    $"STORED\r\nVALUE k{worker} 0 9000\r\n{value}\r\nEND\r\n",
                    Say(client, $"set k{worker} 0 0 9000\r\n{value}\r\nget k{worker}\r\n", "END\r\n"));
            }
        })));
    }

    [Fact]
    public async Task Many_connections_are_listed_as_far_as_there_is_room()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options());
        List<Socket> clients = [.. Enumerable.Range(0, 400).Select(_ => Connect(server))];
        foreach (Socket client in clients) Say(client, "mn\r\n", "MN\r\n");
        string list = Say(clients[0], "stats conns\r\nmn\r\n", "MN\r\n");
        Assert.InRange(list.Split(":addr ").Length, 100, 401);
        Assert.EndsWith("\r\nEND\r\nMN\r\n", list, StringComparison.Ordinal);
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options() with { ConnectionsMax = 1 });
        using Socket first = Connect(server);
        Say(first, "mn\r\n", "MN\r\n");
        using Socket second = Connect(server);
        Assert.Equal("ERROR Too many open connections\r\n", Say(second, "", "connections\r\n"));
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        ManualTime time = new();
        await using MemcacheServer server = MemcacheServer.Start(
            Options() with { IdleTimeout = TimeSpan.FromSeconds(5), TimeProvider = time });
        using Socket client = Connect(server);
        Say(client, "mn\r\n", "MN\r\n");
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(0, client.Receive(new byte[1]));
    }

    [Fact]
    public async Task Items_expire_by_the_servers_clock()
    {
        ManualTime time = new();
        await using MemcacheServer server = MemcacheServer.Start(Options() with { TimeProvider = time });
        using Socket client = Connect(server);
        Assert.Equal("STORED\r\n", Say(client, "set a 0 10 1\r\nx\r\n", "STORED\r\n"));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("END\r\n", Say(client, "get a\r\n", "END\r\n"));
    }

    [Fact]
    public async Task A_client_that_breaks_off_leaves_nothing_behind()
    {
        await using MemcacheServer server = MemcacheServer.Start(Options() with { MemoryBytes = 4 << 20 });
        for (int i = 0; i < 20; i++)
        {
            using Socket half = Connect(server);
            Say(half, $"mn\r\nset big{i} 0 0 1000000\r\n{new string('x', 50_000)}", "MN\r\n");
        }
        await Patience.UntilAsync(() => server.Connections == 0, "the server takes leave of its clients");
        using Socket client = Connect(server);
        Assert.Equal("STORED\r\n", Say(client, $"set a 0 0 1000000\r\n{new string('y', 1_000_000)}\r\n", "\r\n"));
    }

    [Fact]
    public async Task Connections_are_encrypted_where_a_certificate_is_given()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using MemcacheServer server = MemcacheServer.Start(Options() with { Certificate = certificate });
        using Socket socket = Connect(server);
        await using SslStream client = new(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, other, _, _) =>
                other!.GetCertHashString() == certificate.GetCertHashString());
        await client.AuthenticateAsClientAsync("localhost");
        string value = new('v', 200_000);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"set a 0 0 {value.Length}\r\n{value}\r\nget a\r\n"));
        byte[] replies = new byte[$"STORED\r\nVALUE a 0 200000\r\n{value}\r\nEND\r\n".Length];
        await client.ReadExactlyAsync(replies);
        Assert.EndsWith("vv\r\nEND\r\n", Encoding.ASCII.GetString(replies), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData(64 << 20, 64 << 20)]
    [InlineData(64 << 20, 100)]
    public void Options_out_of_bounds_are_refused(long memory, int item) => Assert.ThrowsAny<ArgumentException>(
        () => MemcacheServer.Start(Options() with { MemoryBytes = memory, ItemBytesMax = item }));

    private static MemcacheServerOptions Options() =>
        new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), Threads = 2 };

    private static Socket Connect(MemcacheServer server)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Patience.Time.TotalMilliseconds,
        };
        socket.Connect(server.EndPoint);
        return socket;
    }

    /// <summary>What comes until it ends so.</summary>
    private static string Say(Socket socket, string input, string end)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        for (int sent = 0; sent < bytes.Length;) sent += socket.Send(bytes.AsSpan(sent));
        StringBuilder reply = new();
        byte[] buffer = new byte[64 << 10];
        while (!reply.ToString(Math.Max(0, reply.Length - end.Length), Math.Min(end.Length, reply.Length))
            .Equals(end, StringComparison.Ordinal))
        {
            int count = socket.Receive(buffer);
            if (count == 0) break;
            reply.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return reply.ToString();
    }

    private static X509Certificate2 NewCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
