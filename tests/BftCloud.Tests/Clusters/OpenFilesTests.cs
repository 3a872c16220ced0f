using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using BftCloud.Processes;
using BftSmr;

namespace BftCloud.Tests.Clusters;

/// <summary>2,000 connections at once, to processes that may open few files and to some that may open many.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class OpenFilesTests
{
    private const int Connections = 2000;

    [Theory]
    [InlineData(1024)]
    [InlineData(65_536)]
    public async Task No_process_dies_and_what_a_gateway_has_no_room_for_is_refused_as_by_Redis(int limit)
    {
        await using TestCluster cluster = TestCluster.Create("kv");
        using (Process up = Start(limit, "cluster", "up", cluster.Path, "--detach"))
        {
            await up.StandardOutput.ReadToEndAsync();
            await up.WaitForExitAsync();
            Assert.Equal(0, up.ExitCode);
        }
        int?[] replicas = [.. cluster.Processes.Replicas.Select(static replica => replica.FindPid())];
        using Process gateway = Start(limit, "kv", "serve", "--cluster", cluster.Path, "--listen", "127.0.0.1:0");
        try
        {
            string ready = (await gateway.StandardOutput.ReadLineAsync())!;
            IPEndPoint endPoint = IPEndPoint.Parse(EndPointPattern().Match(ready).Groups[1].Value);
            using (Socket asking = await ConnectAsync(endPoint))
            {
                int room = Math.Min(Connections, await RoomAsync(asking));
                Assert.Equal(limit > Connections, room == Connections);
                await FillAsync(endPoint, room - 1, Connections - 1);
                Assert.Equal("+PONG", await CallAsync(asking, "PING"));
            }
            foreach (IPEndPoint address in Addresses(cluster.Directory.Cluster.Replicas[0]))
            {
                Socket[] held = await HoldAsync(address);
                using Socket asking = await ConnectAsync(endPoint);
                Assert.Equal("+OK", await CallAsync(asking, $"SET a {address}"));
                foreach (Socket socket in held) socket.Dispose();
            }
            await using BftClient client = await cluster.ConnectAsync();
            await cluster.UntilAllAgreeAsync();
            Assert.Equal(replicas, cluster.Processes.Replicas.Select(static replica => replica.FindPid()));
            Assert.False(gateway.HasExited);

            LinuxProcess.Send(gateway.Id, Signal.Terminate);
            await gateway.WaitForExitAsync();
            Assert.Equal(0, gateway.ExitCode);
        }
        finally
        {
            if (!gateway.HasExited) gateway.Kill();
        }
    }

    /// <summary>Connects so often; the first are served, the others are told so and closed.</summary>
    private static async Task FillAsync(IPEndPoint endPoint, int served, int count)
    {
        List<Socket> sockets = [];
        try
        {
            for (int i = 0; i < count; i++) sockets.Add(await ConnectAsync(endPoint));
            for (int i = 0; i < count; i++)
            {
                // A refused client says nothing: what it had sent would be answered by a reset.
                string line = i < served ? await CallAsync(sockets[i], "PING") : await ReadAsync(sockets[i]);
                Assert.Equal(i < served ? "+PONG" : "-ERR max number of clients reached", line);
                if (i >= served) Assert.Equal(0, await sockets[i].ReceiveAsync(new byte[1]));
            }
        }
        finally
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }

    /// <summary>Connects as often, and says nothing. What the other side refuses counts as well.</summary>
    private static async Task<Socket[]> HoldAsync(IPEndPoint endPoint)
    {
        Socket[] held = new Socket[Connections];
        for (int i = 0; i < Connections; i++) held[i] = await ConnectAsync(endPoint);
        return held;
    }

    private static async Task<int> RoomAsync(Socket socket)
    {
        await socket.SendAsync("CONFIG GET maxclients\r\n"u8.ToArray());
        string[] lines = await ReadLinesAsync(socket, 5);
        return int.Parse(lines[4], CultureInfo.InvariantCulture);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint).WaitAsync(Patience.Time);
        return socket;
    }

    private static async Task<string> CallAsync(Socket socket, string command)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
        return await ReadAsync(socket);
    }

    private static async Task<string> ReadAsync(Socket socket) => (await ReadLinesAsync(socket, 1))[0];

    private static async Task<string[]> ReadLinesAsync(Socket socket, int count)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[256];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer).WaitAsync(Patience.Time);
            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            string[] lines = text.ToString().Split("\r\n");
            if (lines.Length > count || length == 0) return lines;
        }
    }

    private static IEnumerable<IPEndPoint> Addresses(ReplicaEndpoint replica) =>
        [IPEndPoint.Parse(replica.ClientAddress), IPEndPoint.Parse(replica.PeerAddress)];

    /// <summary>
    /// Starts the program with this limit of open files; with the most that this user may set, if that is less.
    /// </summary>
    private static Process Start(int limit, params string[] arguments)
    {
        const string Script = "ulimit -n $0 2> /dev/null || ulimit -n $(ulimit -H -n); exec dotnet \"$@\"";
        string program = Path.Combine(AppContext.BaseDirectory, "bftcloud.dll");
        ProcessStartInfo start = new("bash", ["-c", Script, $"{limit}", program, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"at (\d+\.\d+\.\d+\.\d+:\d+)\.")]
    private static partial Regex EndPointPattern();
}
