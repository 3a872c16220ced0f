using BftSmr;
using KvStore.Gateway;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>Operations never exceed what the cluster takes, and an error never says more than is known.</summary>
public sealed class OperationSizeTests
{
    [Fact]
    public async Task Commands_that_do_not_fit_together_go_one_after_the_other()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        string small = new('s', 100_000), large = new('l', 500_000);
        client.Send(
        [
            .. RespTestClient.Encode("set", "a", small), .. RespTestClient.Encode("mset", "b", large, "c", large),
            .. RespTestClient.Encode("mset", "d", large, "e", large), .. RespTestClient.Encode("strlen", "e"),
        ]);
        for (int i = 0; i < 3; i++) Assert.Equal("+OK\r\n", client.ReadReply());
        Assert.Equal(":500000\r\n", client.ReadReply());
    }

    [Fact]
    public async Task A_cluster_that_takes_less_gets_less()
    {
        await using GatewayFixture gateway = new();
        gateway.Service.OperationBytesMax = 50_000;
        RespTestClient client = gateway.Connect();
        string value = new('v', 30_000);
        byte[] sets = [.. Enumerable.Range(0, 8).SelectMany(i => RespTestClient.Encode("set", $"k{i}", value))];
        client.Send(sets);
        for (int i = 0; i < 8; i++) Assert.Equal("+OK\r\n", client.ReadReply());
        Assert.Equal(
            "-ERR the command is too long: with its arguments it may take 50000 bytes. It was not executed\r\n",
            client.Call("mset", "a", value, "b", value));
        client.Call("multi");
        Assert.Equal("+QUEUED\r\n", client.Call("set", "a", value));
        Assert.StartsWith("-ERR more than", client.Call("set", "b", value), StringComparison.Ordinal);
        Assert.StartsWith("-EXECABORT", client.Call("exec"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR more than", client.Call("watch", new string('a', 26_000), new string('b', 26_000)),
            StringComparison.Ordinal);
        Assert.Equal(":0\r\n", client.Call("exists", "a", "b"));
    }

    [Fact]
    public async Task Submissions_of_many_connections_together_fit()
    {
        await using GatewayFixture gateway = new();
        gateway.Service.OperationBytesMax = 40_000;
        string value = new('v', 30_000);
        TaskCompletionSource gate = new();
        gateway.Service.Gate = gate.Task;
        RespTestClient[] clients = [.. Enumerable.Range(0, 40).Select(_ => gateway.Connect())];
        foreach (RespTestClient client in clients) client.Send(RespTestClient.Encode("set", "a", value));
        gate.SetResult();
        foreach (RespTestClient client in clients) Assert.Equal("+OK\r\n", client.ReadReply());
    }

    public static TheoryData<Exception, string> Failures => new()
    {
        { new ArgumentException("too long"), "ERR not executed: " },
        { new ObjectDisposedException("client"), "ERR not executed: " },
        { new NotSentException(), "ERR not executed: " },
        { new BftOverloadedException("many"), "TRYAGAIN not executed: " },
        { new BftNotPermittedException("no right"), "NOPERM not executed: " },
        { new BftTimeoutException("late", mayHaveExecuted: false), "TRYAGAIN not executed: " },
        { new BftTimeoutException("late", mayHaveExecuted: true), "ERR the command may have been executed: " },
        { new BftClientClosedException(mayHaveExecuted: false), "TRYAGAIN not executed: " },
        { new OperationCanceledException(), "ERR the gateway is stopping; the command may have been executed" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_was_not_sent_was_not_executed(Exception failure, string expected) =>
        Assert.StartsWith(expected, RespErrors.Of(failure), StringComparison.Ordinal);
}
