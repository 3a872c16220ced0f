using BftSmr;
using KvStore.Gateway;

namespace KvStore.Tests.Resp.Hosting;

public class RespServerTests
{
    [Fact]
    public async Task Keys_expire_in_a_store_that_nobody_writes_to()
    {
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        RespTestClient client = gateway.Connect();
        Assert.Equal("+OK\r\n", client.Call("set", "a", "1", "px", "1500"));
        Assert.Equal(":1\r\n", client.Call("dbsize"));
        Assert.Equal(":1500\r\n", client.Call("pttl", "a"));
        clock.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.Equal("$1\r\n1\r\n", client.Call("get", "a"));
        Assert.Equal(":500\r\n", client.Call("pttl", "a"));
        clock.Advance(TimeSpan.FromMilliseconds(501)); // agreed time runs ahead of the clock by a microsecond a batch
        Assert.Equal("$-1\r\n", client.Call("get", "a"));
        Assert.Equal(":0\r\n", client.Call("exists", "a"));
        Assert.Equal(":-2\r\n", client.Call("pttl", "a"));
        Assert.Equal(":0\r\n", client.Call("dbsize"));
        Assert.Equal("*0\r\n", client.Call("keys", "*"));
    }

    [Fact]
    public async Task Reads_are_not_ordered_until_something_they_rest_on_may_have_expired()
    {
        ManualTime clock = new();
        await using GatewayFixture gateway = new(clock: clock);
        RespTestClient client = gateway.Connect();
        client.Call("set", "a", "1", "ex", "10");
        client.Call("set", "b", "2");
        int invocations = gateway.Service.Invocations;
        Assert.Equal("*2\r\n$1\r\n1\r\n$1\r\n2\r\n", client.Call("mget", "a", "b"));
        Assert.Equal(invocations, gateway.Service.Invocations);
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("$1\r\n2\r\n", client.Call("get", "b"));
        Assert.Equal(invocations, gateway.Service.Invocations);
        Assert.Equal("*2\r\n$-1\r\n$1\r\n2\r\n", client.Call("mget", "a", "b"));
        Assert.Equal(invocations + 1, gateway.Service.Invocations);
    }

    [Fact]
    public async Task Increments_of_many_connections_are_all_there_and_each_sees_its_own()
    {
        const int Connections = 16, Rounds = 50, Pipelined = 20;
        await using GatewayFixture gateway = new();
        Task[] tasks = [.. Enumerable.Range(0, Connections).Select(c =>
        {
            RespTestClient client = gateway.Connect();
            return Task.Run(() =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    byte[] bytes = [.. Enumerable.Range(0, Pipelined).SelectMany(i => (byte[])
                    [
                        .. RespTestClient.Encode("incr", "sum"),
                        .. RespTestClient.Encode("set", $"own{c}", $"{round}.{i}"),
                        .. RespTestClient.Encode("get", $"own{c}"),
                    ])];
                    client.Send(bytes);
                    for (int i = 0; i < Pipelined; i++)
                    {
                        Assert.StartsWith(":", client.ReadReply(), StringComparison.Ordinal);
                        Assert.Equal("+OK\r\n", client.ReadReply());
                        Assert.EndsWith($"\r\n{round}.{i}\r\n", client.ReadReply(), StringComparison.Ordinal);
                    }
                }
            });
        })];
        await Task.WhenAll(tasks);
        Assert.Equal($"$5\r\n{Connections * Rounds * Pipelined}\r\n", gateway.Connect().Call("get", "sum"));
        Assert.InRange(gateway.Service.Invocations, 1, Connections * Rounds * 3); // sent together, executed together
    }

    [Fact]
    public async Task Many_commands_are_answered_in_order_while_they_still_come()
    {
        const int Count = 50_000;
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        Task sending = Task.Run(() =>
        {
            for (int i = 0; i < Count; i++) client.Send(RespTestClient.Encode("echo", $"{i}"));
        });
        for (int i = 0; i < Count; i++) Assert.Equal($"${$"{i}".Length}\r\n{i}\r\n", client.ReadReply());
        await sending;
    }

    [Fact]
    public async Task Large_values_sent_and_read_together()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        string value = new('v', KvLimits.ValueBytesMax);
        Assert.Equal("+OK\r\n", client.Call("set", "a", value));
        // Nine of them do not fit into one reply of the store.
        client.Send(
            [.. Enumerable.Range(0, 9).SelectMany(
                i => (byte[])[.. RespTestClient.Encode("get", "a"), .. RespTestClient.Encode("echo", $"{i}")])]);
        for (int i = 0; i < 9; i++)
        {
            Assert.Equal($"${value.Length}\r\n{value}\r\n", client.ReadReply());
            Assert.Equal($"$1\r\n{i}\r\n", client.ReadReply());
        }
        // Nor do these, which change something in between; each happens once.
        client.Send(
            [.. Enumerable.Range(0, 5).SelectMany(
                i => (byte[])[.. RespTestClient.Encode("getset", "a", value), .. RespTestClient.Encode("incr", "n")])]);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal($"${value.Length}\r\n{value}\r\n", client.ReadReply());
            Assert.Equal($":{i + 1}\r\n", client.ReadReply());
        }
        Assert.StartsWith(
            "-ERR the reply would be longer", client.Call("mget", "a", "a", "a"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR string exceeds maximum allowed size", client.Call("append", "a", "x"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR string exceeds maximum allowed size", client.Call("set", "a", value + "x"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR string exceeds maximum allowed size",
            client.Call("set", new string('k', KvLimits.KeyBytesMax + 1), "x"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", client.Call("set", new string('k', KvLimits.KeyBytesMax), "x"));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(RespLimits.CommandBytesMax)]
    [InlineData(5 << 20)]
    public async Task A_command_that_is_too_long_is_refused_and_the_next_one_served(int length)
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        client.Send(
        [
            .. RespTestClient.Encode("mset", "a", new string('x', length), "b", new string('y', length)),
            .. RespTestClient.Encode("ping"),
        ]);
        Assert.StartsWith("-ERR the command is too long", client.ReadReply(), StringComparison.Ordinal);
        Assert.Equal("+PONG\r\n", client.ReadReply());
        Assert.Equal(":0\r\n", client.Call("exists", "a", "b"));
    }

    [Fact]
    public async Task Watched_keys_guard_transactions_across_gateways()
    {
        await using GatewayFixture gateway = new();
        await using RespServer other = RespServer.Start(
            gateway.Service, new RespServerOptions { Listen = new(System.Net.IPAddress.Loopback, 0) });
        RespTestClient client = gateway.Connect();
        using RespTestClient rival = new(other.EndPoint);
        client.Call("set", "a", "1");
        foreach ((string[] change, bool conflicts) in ((string[], bool)[])
            [
                (["set", "a", "1"], true), (["del", "a"], true), (["set", "a", "2"], true),
                (["expire", "a", "100"], true), (["get", "a"], false), (["set", "b", "1"], false),
            ])
        {
            Assert.Equal("+OK\r\n", client.Call("watch", "a", "missing"));
            rival.Call(change);
            client.Call("multi");
            Assert.Equal("+QUEUED\r\n", client.Call("set", "c", change[0]));
            Assert.Equal(conflicts ? "*-1\r\n" : "*1\r\n+OK\r\n", client.Call("exec"));
        }
        client.Call("watch", "missing");
        rival.Call("set", "missing", "x");
        client.Call("unwatch");
        client.Call("multi");
        Assert.Equal("*0\r\n", client.Call("exec"));
    }

    [Fact]
    public async Task Without_the_password_nothing_works()
    {
        await using GatewayFixture gateway = new(new RespServerOptions { Password = "secret" });
        RespTestClient client = gateway.Connect();
        foreach (string[] command in (string[][])[
            ["get", "a"], ["set", "a", "1"], ["multi"], ["info"], ["config", "get", "*"], ["hello", "2"], ["ping"]])
            Assert.StartsWith("-NOAUTH ", client.Call(command), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", client.Call("auth", "wrong"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", client.Call("auth", "someone", "secret"), StringComparison.Ordinal);
        Assert.StartsWith("-NOAUTH ", client.Call("get", "a"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", client.Call("auth", "secret"));
        Assert.Equal("$-1\r\n", client.Call("get", "a"));
        Assert.Equal("+RESET\r\n", client.Call("reset"));
        Assert.StartsWith("-NOAUTH ", client.Call("get", "a"), StringComparison.Ordinal);
        Assert.StartsWith(
            "*14\r\n", client.Call("hello", "2", "auth", "default", "secret", "setname", "me"),
            StringComparison.Ordinal);
        Assert.Equal("$2\r\nme\r\n", client.Call("client", "getname"));
        Assert.Equal("-ERR Protocol error: unauthenticated multibulk length\r\n", gateway.Connect().Raw("*11\r\n"));
        Assert.Equal(
            "-ERR Protocol error: unauthenticated bulk length\r\n",
            gateway.Connect().Raw("*2\r\n$4\r\nauth\r\n$16385\r\n"));
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so_and_a_free_place_is_given_again()
    {
        await using GatewayFixture gateway = new(new RespServerOptions { ClientsMax = 2 });
        RespTestClient first = gateway.Connect(), second = gateway.Connect();
        Assert.Equal("+PONG\r\n", first.Call("ping"));
        Assert.Equal("+PONG\r\n", second.Call("ping"));
        RespTestClient third = gateway.Connect();
        Assert.Equal("-ERR max number of clients reached\r\n", third.ReadReply());
        Assert.True(third.IsClosedByPeer());
        Assert.Equal("+OK\r\n", second.Call("quit"));
        Assert.True(second.IsClosedByPeer());
        second.Dispose();
        while (gateway.Server.Connections > 1) await Task.Yield();
        Assert.Equal("+PONG\r\n", gateway.Connect().Call("ping"));
    }

    [Theory]
    [InlineData(true, "-ERR the command may have been executed: ")]
    [InlineData(false, "-TRYAGAIN not executed: ")]
    public async Task A_cluster_that_does_not_answer_is_an_error_that_tells_what_is_known(
        bool mayHaveExecuted, string expected)
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        gateway.Service.Failure = new BftTimeoutException("late", mayHaveExecuted);
        client.Send(
        [
            .. RespTestClient.Encode("set", "a", "1"), .. RespTestClient.Encode("ping"),
            .. RespTestClient.Encode("incr", "n"),
        ]);
        Assert.StartsWith(expected, client.ReadReply(), StringComparison.Ordinal);
        Assert.Equal("+PONG\r\n", client.ReadReply());
        Assert.StartsWith(expected, client.ReadReply(), StringComparison.Ordinal);
        foreach (string[] command in (string[][])[["get", "a"], ["keys", "*"], ["watch", "a"]])
            Assert.StartsWith(expected, client.Call(command), StringComparison.Ordinal);
        client.Call("multi");
        client.Call("set", "a", "1");
        Assert.StartsWith(expected, client.Call("exec"), StringComparison.Ordinal);
        gateway.Service.Failure = null;
        Assert.Equal("+OK\r\n", client.Call("set", "a", "1"));
    }

    [Fact]
    public async Task A_full_store_refuses_what_grows_and_lets_delete()
    {
        await using GatewayFixture gateway = new(stateBytesMax: 10_000);
        RespTestClient client = gateway.Connect();
        Assert.Equal("+OK\r\n", client.Call("set", "a", new string('x', 12_000)));
        foreach (string[] command in (string[][])[
            ["set", "b", "1"], ["append", "a", "x"], ["incr", "n"], ["hset", "h", "f", "v"],
            ["sadd", "s", "m"], ["rpush", "l", "e"], ["mset", "b", "1"]])
            Assert.Equal("-OOM command not allowed when used memory > 'maxmemory'.\r\n", client.Call(command));
        Assert.Equal(":1\r\n", client.Call("del", "a"));
        Assert.Equal("+OK\r\n", client.Call("set", "b", "1"));
    }

    [Fact]
    public async Task Stopping_waits_for_no_back_off()
    {
        ManualTime clock = new(); // stands still, so a back-off would never end
        for (int i = 0; i < 200; i++)
        {
            await using GatewayFixture gateway = new(clock: clock);
            Assert.Equal("+PONG\r\n", gateway.Connect().Call("ping"));
        }
    }

    [Fact]
    public async Task Stopping_answers_what_was_read_then_closes()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        TaskCompletionSource gate = new(), begun = new();
        gateway.Service.Gate = gate.Task;
        gateway.Service.Begun = begun;
        client.Send(RespTestClient.Encode("set", "a", "1"));
        await begun.Task;
        ValueTask stopping = gateway.Server.DisposeAsync();
        gate.SetResult();
        await stopping;
        Assert.Equal("+OK\r\n", client.ReadReply());
        Assert.True(client.IsClosedByPeer());
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => new RespTestClient(gateway.Server.EndPoint));
    }
}
