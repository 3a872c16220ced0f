using System.Text;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>What a client must not be able to upset a gateway with.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Commands_cut_anywhere_are_understood()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        byte[] bytes =
        [
            .. RespTestClient.Encode("set", "a", "\r\n$5\r\n"), .. "get a\r\n"u8,
            .. RespTestClient.Encode("strlen", "a"),
        ];
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            client.Send(bytes.AsSpan(0, cut));
            // The gateway has seen the first part when it has answered another client.
            gateway.Connect().Call("ping");
            client.Send(bytes.AsSpan(cut));
            Assert.Equal("+OK\r\n", client.ReadReply());
            Assert.Equal("$6\r\n\r\n$5\r\n\r\n", client.ReadReply());
            Assert.Equal(":6\r\n", client.ReadReply());
        }
    }

    [Fact]
    public async Task A_connection_that_ends_within_a_command_executes_nothing_of_it()
    {
        await using GatewayFixture gateway = new();
        byte[] bytes = RespTestClient.Encode("set", "a", "value");
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            RespTestClient client = gateway.Connect();
            client.Send(bytes.AsSpan(0, cut));
            client.EndSending();
            Assert.True(client.IsClosedByPeer());
        }
        Assert.Equal(":0\r\n", gateway.Connect().Call("exists", "a"));
    }

    [Fact]
    public async Task Many_tiny_commands_written_at_once_are_all_answered()
    {
        const int Count = 1_000_000;
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        StringBuilder commands = new();
        for (int i = 0; i < Count; i++) commands.Append("PING\r\n");
        client.Send(Encoding.ASCII.GetBytes(commands.ToString()));
        for (int i = 0; i < Count; i++) Assert.Equal("+PONG\r\n", client.ReadReply());
    }

    [Fact]
    public async Task An_argument_of_64_MiB_is_read_past_and_refused()
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        const int Length = 64 << 20;
        client.Send(Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$1\r\na\r\n${Length}\r\n"));
        byte[] piece = new byte[1 << 20];
        for (int sent = 0; sent < Length; sent += piece.Length) client.Send(piece);
        client.Send("\r\n"u8);
        Assert.StartsWith("-ERR the command is too long", client.ReadReply(), StringComparison.Ordinal);
        Assert.Equal(":0\r\n", client.Call("exists", "a"));
    }

    [Theory]
    [InlineData("\xc3\x28")]
    [InlineData("\xff\xfe\0")]
    [InlineData("\xed\xa0\x80")]
    public async Task Bytes_that_are_no_UTF_8_are_kept_as_they_are(string bytes)
    {
        await using GatewayFixture gateway = new();
        RespTestClient client = gateway.Connect();
        Assert.Equal("+OK\r\n", client.Call("set", bytes, bytes));
        Assert.Equal($"${bytes.Length}\r\n{bytes}\r\n", client.Call("get", bytes));
        Assert.Equal($"*1\r\n${bytes.Length}\r\n{bytes}\r\n", client.Call("keys", "*"));
        Assert.StartsWith("-ERR unknown command '", client.Call(bytes, bytes), StringComparison.Ordinal);
        Assert.StartsWith("-ERR unknown subcommand '", client.Call("config", bytes), StringComparison.Ordinal);
        Assert.Equal("*0\r\n", client.Call("config", "get", bytes));
        Assert.StartsWith("-ERR Client names", client.Call("client", "setname", bytes), StringComparison.Ordinal);
    }
}
