using System.Net;
using KvStore.Gateway;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>Who may use a gateway that asks for no password.</summary>
public sealed class ProtectionTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public void An_address_beyond_this_machine_needs_a_password(string address)
    {
        RespServerOptions options = new() { Listen = new IPEndPoint(IPAddress.Parse(address), 0) };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => options.Check());
        Assert.Contains("password", refused.Message, StringComparison.Ordinal);
        (options with { Password = "secret" }).Check();
        (options with { Unprotected = true }).Check();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void This_machine_needs_none(string address) =>
        new RespServerOptions { Listen = new IPEndPoint(IPAddress.Parse(address), 0) }.Check();

    [Fact]
    public async Task Wrong_arity_is_told_before_the_password_is_asked_for_as_in_Redis()
    {
        await using GatewayFixture gateway = new(new RespServerOptions { Password = "secret" });
        RespTestClient client = gateway.Connect();
        Assert.Equal("-ERR wrong number of arguments for 'get' command\r\n", client.Call("get"));
        Assert.Equal("-NOAUTH Authentication required.\r\n", client.Call("client", "id"));
        Assert.Equal("-ERR unknown subcommand 'x'. Try CLIENT HELP.\r\n", client.Call("client", "x"));
        Assert.Equal(
            "-EXECABORT Transaction discarded because of: NOAUTH Authentication required.\r\n", client.Call("exec"));
        Assert.Equal("+OK\r\n", client.Call("quit", "now"));
    }
}
