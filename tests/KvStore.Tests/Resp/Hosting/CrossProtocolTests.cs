using System.Text;
using KvStore.Gateway;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>A web page may have a browser send a request to the gateway's port, with commands in its body.</summary>
public sealed class CrossProtocolTests
{
    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\n")]
    [InlineData("post /\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHOST: 127.0.0.1\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nhost: x\r\n\r\n")]
    [InlineData("*2\r\n$4\r\nPoSt\r\n$1\r\n/\r\n")]
    [InlineData("*1\r\n$5\r\nHost:\r\n")]
    [InlineData("*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nPOST\r\n")]
    public async Task Nothing_behind_the_head_of_a_request_is_executed(string head)
    {
        RecordingLogger logger = new();
        await using GatewayFixture gateway = new(new RespServerOptions { LoggerFactory = new SingleLogger(logger) });
        RespTestClient client = gateway.Connect();
        client.Send(Encoding.Latin1.GetBytes($"{head}SET planted 1\r\nEXEC\r\nSET planted 1\r\n"));
        Assert.True(client.IsClosedByPeer());
        Assert.Contains("SECURITY ATTACK", await logger.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(":0\r\n", gateway.Connect().Call("exists", "planted"));
    }

    [Fact]
    public async Task Commands_before_it_take_effect_unanswered_as_in_Redis()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        client.Send([.. RespTestClient.Encode("set", "a", "1"), .. RespTestClient.Encode("post")]);
        Assert.True(client.IsClosedByPeer());
        Assert.Equal(":1\r\n", gateway.Connect().Call("exists", "a"));
    }

    [Fact]
    public async Task A_key_or_value_of_that_name_is_like_any_other()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        Assert.Equal("+OK\r\n", client.Call("set", "POST", "Host:"));
        Assert.Equal("$5\r\nHost:\r\n", client.Call("get", "POST"));
    }
}
