using KvStore.Gateway;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>Clients that write all of a pipeline before they read, or never read.</summary>
public sealed class SlowClientTests
{
    private const int ValueBytes = 100_000;

    private static readonly string s_reply = $"${ValueBytes}\r\n{new string('v', ValueBytes)}\r\n";

    [Fact]
    public async Task A_pipeline_written_before_anything_is_read_is_executed_and_answered()
    {
        // 60 MB of replies: more than all buffers on the way take.
        const int Count = 600;
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect(), other = gateway.Connect();
        Fill(client);
        byte[] commands = Gets(Count);
        client.Send([.. commands, .. RespTestClient.Encode("set", "done", "1")]);
        while (other.Call("exists", "done") == ":0\r\n") await Task.Yield();
        for (int i = 0; i < Count; i++) Assert.Equal(s_reply, client.ReadReply());
        Assert.Equal("+OK\r\n", client.ReadReply());
        // All of it has been given back.
        while (!other.Call("info", "memory").Contains("client_output_bytes:0\r\n", StringComparison.Ordinal))
            await Task.Yield();
    }

    [Fact]
    public async Task A_half_closed_client_gets_all_its_replies()
    {
        const int Count = 300;
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect(), other = gateway.Connect();
        Fill(client);
        client.Send([.. Gets(Count), .. RespTestClient.Encode("set", "done", "1")]);
        client.EndSending();
        while (other.Call("exists", "done") == ":0\r\n") await Task.Yield();
        for (int i = 0; i < Count; i++) Assert.Equal(s_reply, client.ReadReply());
        Assert.Equal("+OK\r\n", client.ReadReply());
        Assert.True(client.IsClosedByPeer());
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_closed_at_the_bound_and_others_are_served()
    {
        RecordingLogger logger = new();
        await using GatewayFixture gateway = new(new RespServerOptions
        {
            ReplyBytesKeptMax = 16 << 20, LoggerFactory = new SingleLogger(logger),
        });
        RespTestClient client = gateway.Connect(), other = gateway.Connect();
        Fill(client);
        client.Send(Gets(600));
        Assert.Contains("has not read", await logger.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(s_reply, other.Call("get", "a"));
        string info = other.Call("info", "stats");
        Assert.Contains("client_output_buffer_limit_disconnections:1", info, StringComparison.Ordinal);
        while (!other.Call("info", "memory").Contains("client_output_bytes:0\r\n", StringComparison.Ordinal))
            await Task.Yield();
    }

    [Fact]
    public async Task Stopping_sends_what_was_answered_already()
    {
        const int Count = 300;
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect(), other = gateway.Connect();
        Fill(client);
        client.Send([.. Gets(Count), .. RespTestClient.Encode("set", "done", "1")]);
        while (other.Call("exists", "done") == ":0\r\n") await Task.Yield();
        ValueTask stopping = gateway.Server.DisposeAsync();
        for (int i = 0; i < Count; i++) Assert.Equal(s_reply, client.ReadReply());
        Assert.Equal("+OK\r\n", client.ReadReply());
        await stopping;
    }

    private static void Fill(RespTestClient client) =>
        Assert.Equal("+OK\r\n", client.Call("set", "a", new string('v', ValueBytes)));

    private static byte[] Gets(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(static _ => RespTestClient.Encode("get", "a"))];
}
