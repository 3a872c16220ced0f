using System.Globalization;
using System.Net;

namespace KvStore.Tests.Resp;

/// <summary>What connections of a gateway see of each other, and do to each other.</summary>
public sealed class ClientCommandsTests(RedisServer redisServer) : IClassFixture<RedisServer>
{
    [Theory]
    [InlineData("list", "2")]
    [InlineData("info", "2")]
    [InlineData("list", "3")]
    public async Task A_line_has_the_fields_that_Redis_has(string subcommand, string version)
    {
        await using GatewayFixture gateway = new();
        using RespTestClient redis = new(redisServer.EndPoint);
        RespTestClient ours = gateway.Connect();
        foreach (RespTestClient client in (RespTestClient[])[redis, ours]) client.Call("hello", version);
        string theirs = redis.Call("client", subcommand), told = ours.Call("client", subcommand);
        Assert.Equal(theirs[0], told[0]);
        Assert.Equal(Fields(Lines(theirs)[^1]).Select(static f => f.Key), Fields(told).Select(static f => f.Key));
        Dictionary<string, string> fields = new(Fields(told));
        Assert.Equal(ours.Call("client", "id"), $":{fields["id"]}\r\n");
        Assert.Equal($"client|{subcommand}", fields["cmd"]);
        Assert.Equal(("N", "-1", version), (fields["flags"], fields["multi"], fields["resp"]));
        Assert.Equal(gateway.Server.EndPoint, IPEndPoint.Parse(fields["laddr"]));
        Assert.Equal(IPAddress.Loopback, IPEndPoint.Parse(fields["addr"]).Address);
    }

    [Fact]
    public async Task A_connection_sees_the_others()
    {
        await using GatewayFixture gateway = new();
        RespTestClient first = gateway.Connect(), second = gateway.Connect();
        first.Call("client", "setname", "first");
        first.Call("hello", "3");
        first.Call("multi");
        first.Call("get", "a");
        first.Call("get", "b");
        string[] lines = Lines(second.Call("client", "list"));
        Assert.Equal(2, lines.Length);
        Dictionary<string, string> seen = new(Fields(lines[0]));
        Assert.Equal(("first", "x", "2", "3", "get"), (
            seen["name"], seen["flags"], seen["multi"], seen["resp"], seen["cmd"]));
        Assert.Contains("multi=-1", lines[1], StringComparison.Ordinal);
        first.Call("exec");
        Assert.Contains("cmd=exec", second.Call("client", "list", "id", seen["id"]), StringComparison.Ordinal);
        Assert.Contains("multi=-1", second.Call("client", "list", "id", seen["id"]), StringComparison.Ordinal);
        first.Call("nosuch");
        Assert.Contains("cmd=NULL", second.Call("client", "list", "id", seen["id"]), StringComparison.Ordinal);
        Assert.Equal("$0\r\n\r\n", second.Call("client", "list", "type", "pubsub"));
        Assert.Equal(2, Lines(second.Call("client", "list", "type", "normal")).Length);
    }

    [Fact]
    public async Task A_transaction_sees_itself()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        client.Call("multi");
        client.Call("client", "info");
        client.Call("client", "unblock", "1");
        string replies = client.Call("exec");
        Assert.StartsWith("*2\r\n$", replies, StringComparison.Ordinal);
        Assert.EndsWith("\r\n:0\r\n", replies, StringComparison.Ordinal);
        Assert.Contains(" flags=x ", replies, StringComparison.Ordinal);
        Assert.Contains(" multi=2 ", replies, StringComparison.Ordinal);
        Assert.Contains(" cmd=exec ", replies, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_killed_is_gone_at_once()
    {
        await using GatewayFixture gateway = new();
        RespTestClient killer = gateway.Connect(), first = gateway.Connect(), second = gateway.Connect();
        string id = first.Call("client", "id")[1..^2];
        string address = new Dictionary<string, string>(Fields(second.Call("client", "info")))["addr"];
        Assert.Equal(":1\r\n", killer.Call("client", "kill", "id", id));
        Assert.True(first.IsClosedByPeer());
        Assert.Equal(":0\r\n", killer.Call("client", "kill", "id", id));
        Assert.Equal("$0\r\n\r\n", killer.Call("client", "list", "id", id));
        Assert.Equal("+OK\r\n", killer.Call("client", "kill", address));
        Assert.True(second.IsClosedByPeer());
        Assert.Equal("-ERR No such client\r\n", killer.Call("client", "kill", address));
        Assert.Single(Lines(killer.Call("client", "list")));
    }

    [Fact]
    public async Task Filters_are_combined_and_spare_the_connection_itself()
    {
        await using GatewayFixture gateway = new();
        RespTestClient killer = gateway.Connect(), other = gateway.Connect();
        string id = other.Call("client", "id")[1..^2];
        Assert.Equal(":0\r\n", killer.Call("client", "kill", "id", id, "type", "pubsub"));
        Assert.Equal(":0\r\n", killer.Call("client", "kill", "id", id, "addr", "127.0.0.1:1"));
        Assert.Equal(":0\r\n", killer.Call("client", "kill", "id", id, "laddr", "127.0.0.1:1"));
        Assert.Equal("+PONG\r\n", other.Call("ping"));
        Assert.Equal(":1\r\n", killer.Call(
            "client", "kill", "type", "normal", "user", "default", "laddr", $"{gateway.Server.EndPoint}"));
        Assert.True(other.IsClosedByPeer());
        Assert.Equal("+PONG\r\n", killer.Call("ping"));
    }

    [Theory]
    [InlineData("client kill type normal skipme no; ping")]
    [InlineData("multi; ping; client kill type normal skipme no; echo dropped; exec; ping")]
    public async Task The_reply_to_its_own_end_is_a_connections_last(string dialogue)
    {
        await using GatewayFixture gateway = new();
        using RedisServer redis = new(); // of its own: this ends every connection
        string[][] commands = Dialogues.DialogueText.Parse(dialogue);
        Assert.Equal(Told(redis.EndPoint, commands), Told(gateway.Server.EndPoint, commands));
    }

    [Fact]
    public async Task A_connection_whose_command_is_under_way_can_be_killed()
    {
        await using GatewayFixture gateway = new();
        RespTestClient killer = gateway.Connect(), other = gateway.Connect();
        string id = other.Call("client", "id")[1..^2];
        TaskCompletionSource gate = new(), begun = new();
        (gateway.Service.Gate, gateway.Service.Begun) = (gate.Task, begun);
        other.Send(RespTestClient.Encode("set", "a", "1"));
        await begun.Task;
        Assert.Equal(":1\r\n", killer.Call("client", "kill", "id", id));
        Assert.True(other.IsClosedByPeer());
        (gateway.Service.Gate, gateway.Service.Begun) = (Task.CompletedTask, null);
        gate.SetResult();
        while (killer.Call("get", "a") != "$1\r\n1\r\n") await Task.Yield(); // it executes all the same
    }

    [Theory]
    [InlineData("client reply off; set a 1; nosuch; get; client reply skip; ping; client reply on; get a")]
    [InlineData("client reply skip; set a 1; get a; client reply skip; nosuch; ping")]
    [InlineData("client reply skip; client reply on; ping")]
    [InlineData("client reply skip; keys *; client reply skip; hello 3; ping; client reply skip; client list; ping")]
    [InlineData("client reply off; multi; set a 2; exec; keys *; client reply on; get a")]
    [InlineData("client reply skip; multi; set a 3; client reply skip; exec; get a; exec; get a")]
    [InlineData("client reply off; reset; ping; client reply skip; reset; ping")]
    [InlineData("client reply off; client reply x; client reply; client reply on")]
    [InlineData("multi; client reply skip; discard; ping")]
    [InlineData("multi; client reply on; exec; client reply off; watch a; unwatch; client reply on")]
    public async Task Replies_that_a_client_does_not_want_are_not_sent(string dialogue)
    {
        await using GatewayFixture gateway = new();
        string[][] commands = Dialogues.DialogueText.Parse($"flushall; {dialogue}; quit");
        Assert.Equal(Told(redisServer.EndPoint, commands), Told(gateway.Server.EndPoint, commands));
        Assert.Equal(Told(redisServer.EndPoint, commands), ToldOneByOne(gateway.Server.EndPoint, commands));
    }

    [Fact]
    public async Task Connections_come_go_look_and_kill_at_the_same_time()
    {
        await using GatewayFixture gateway = new();
        EndPoint server = gateway.Server.EndPoint;
        long killed = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 30; i++)
            {
                using RespTestClient victim = new(server), looker = new(server);
                string id = victim.Call("client", "id")[1..^2];
                looker.Call("client", "setname", $"w{worker}");
                Assert.All(Lines(looker.Call("client", "list")), static line => Assert.NotEmpty(Fields(line)));
                string[] kill = ["client", "kill", "id", id];
                using RespTestClient rival = new(server);
                rival.Send(RespTestClient.Encode(kill));
                long both = long.Parse(looker.Call(kill)[1..^2], CultureInfo.InvariantCulture)
                    + long.Parse(rival.ReadReply()[1..^2], CultureInfo.InvariantCulture);
                Assert.Equal(1, both); // one of the two has killed it, never both
                Assert.True(victim.IsClosedByPeer());
                Interlocked.Add(ref killed, both);
            }
        })));
        Assert.Equal(240, killed);
    }

    private static string[] Lines(string reply) =>
        [.. reply.Split('\n').Where(static line => line.Contains("id=", StringComparison.Ordinal))];

    private static IEnumerable<KeyValuePair<string, string>> Fields(string reply)
    {
        string line = Assert.Single(Lines(reply));
        foreach (string field in line[line.IndexOf("id=", StringComparison.Ordinal)..].TrimEnd('\r').Split(' '))
        {
            string[] parts = field.Split('=', 2);
            yield return new(parts[0], parts[1]);
        }
    }

    /// <summary>All that a server says to commands sent at once, until it closes the connection.</summary>
    private static string Told(EndPoint server, string[][] commands)
    {
        using RespTestClient client = new(server);
        client.Send(commands.SelectMany(RespTestClient.Encode).ToArray());
        return WithoutNumbers(client.ReadToEnd());
    }

    /// <summary>As <see cref="Told"/>, of commands that come in parcels of their own.</summary>
    private static string ToldOneByOne(EndPoint server, string[][] commands)
    {
        using RespTestClient client = new(server);
        foreach (string[] command in commands) client.Send(RespTestClient.Encode(command));
        return WithoutNumbers(client.ReadToEnd());
    }

    /// <summary>The numbers of connections differ, in HELLO alone.</summary>
    private static string WithoutNumbers(string told) => string.Join('\n', told.Split('\n').Where(
        static line => !line.StartsWith(':')));
}
