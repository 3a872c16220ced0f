using System.Net.Sockets;
using System.Security.Cryptography;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

public sealed class HandshakeTests : IAsyncDisposable
{
    private const int FirstBytes = 173;
    private const int SecondBytes = 121;
    private const int ConfirmationBytes = 34;

    private readonly LinkKeys _keys = new();
    private readonly ClientPort _port;
    private readonly RecordingSink<ReplicaId> _clientSink = new();
    private readonly RecordingLogger _clientLog = new();

    public HandshakeTests() => _port = new ClientPort(_keys);

    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task Both_ends_know_each_other_and_hear_each_other()
    {
        await using ReplicaLinks links = _port.Dial(_clientSink, id: 1);
        Assert.Equal(new ReplicaId(0), await _clientSink.NextUpAsync());
        ClientLink link = await _port.Sink.NextUpAsync();
        Assert.Equal(new ClientId(1), link.Client);
        Assert.True(links.Send(new ReplicaId(0), "question"u8));
        links.Flush();
        Assert.Equal("question", await _port.Sink.NextTextAsync());
        Assert.True(link.Send("answer"u8));
        _port.Listener.Flush();
        Assert.Equal("answer", await _clientSink.NextTextAsync());
    }

    [Theory]
    [InlineData((int)CipherSuites.ChaCha20Poly1305)]
    [InlineData((int)(CipherSuites.ChaCha20Poly1305 | CipherSuites.Aegis128L))]
    [InlineData((int)(CipherSuites.ChaCha20Poly1305 | CipherSuites.Aegis128L) | 0x40)]
    public async Task A_node_with_fewer_cipher_suites_or_with_later_ones_is_heard(int suites)
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0], suites: (CipherSuites)suites));
        await _clientSink.NextUpAsync();
        await _port.Sink.NextUpAsync();
        Assert.True(links.Send(new ReplicaId(0), "question"u8));
        links.Flush();
        Assert.Equal("question", await _port.Sink.NextTextAsync());
    }

    [Fact]
    public async Task A_node_without_a_common_cipher_suite_is_refused_by_name()
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0], suites: (CipherSuites)0x40), log: _clientLog);
        Assert.Contains("no cipher suite", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.BadHandshake);
    }

    [Fact]
    public async Task Nobody_on_the_way_can_change_what_is_offered()
    {
        byte[] first = First();
        first[Hello.Size + NoiseHandshake.FirstOverheadBytes - 16 + 4] ^= (byte)CipherSuites.Aegis128L;
        using Socket socket = await _port.ConnectAsync();
        await socket.SendAsync(first);
        Assert.Equal(Hello.Size, (await ReadToEndAsync(socket)).Length);
        Assert.Contains("changed on the way", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.BadHandshake);
    }

    [Fact]
    public async Task Another_cluster_is_refused_by_name_at_both_ends()
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0], clusterId: "other"), log: _clientLog);
        Assert.Contains("another cluster", await _port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("another cluster", await _clientLog.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.WrongCluster);
    }

    [Fact]
    public async Task Another_cluster_json_is_refused_by_name_at_both_ends()
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0], configurationHash: Blake2b.Hash("edited"u8)),
            log: _clientLog);
        Assert.Contains("cluster.json differs", await _port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("cluster.json differs", await _clientLog.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.ConfigurationDiffers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_client_that_says_it_is_another_one_is_refused(int id)
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0]), id, log: _clientLog);
        Assert.Contains("does not hold the key", await _port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("key is not the one", await _clientLog.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.UnknownKey);
    }

    [Fact]
    public async Task A_stranger_is_refused()
    {
        await using ReplicaLinks links = _port.Dial(_clientSink, _keys.CredentialsOf(_keys.Stranger), log: _clientLog);
        Assert.Contains("does not hold the key", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.UnknownKey);
    }

    [Fact]
    public async Task A_replica_that_does_not_hold_the_key_of_its_place_learns_nothing_and_is_not_believed()
    {
        await using ReplicaLinks links = _port.Dial(
            _clientSink, _keys.CredentialsOf(_keys.Clients[0], replicas: [_keys.Stranger.PublicKey]), log: _clientLog);
        Assert.Contains("not made for this node's key", await _port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("not made for its key", await _clientLog.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.BadHandshake);
    }

    [Fact]
    public async Task A_replica_on_the_port_for_clients_is_told_so()
    {
        using ReactorSocket socket = new(Reactor.Shared, await _port.ConnectAsync());
        await Assert.ThrowsAsync<LinkException>(() => LinkHandshake.InitiateAsync(
            socket, _keys.CredentialsOf(_keys.Replicas[0]), LinkPort.Peers, 0, new ReplicaId(0)));
        Assert.Contains("port for replicas", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.NotThisProtocol);
    }

    [Fact]
    public async Task A_client_has_no_link_for_bulk()
    {
        using ReactorSocket socket = new(Reactor.Shared, await _port.ConnectAsync());
        await Assert.ThrowsAsync<LinkException>(() => LinkHandshake.InitiateAsync(
            socket, _keys.CredentialsOf(_keys.Clients[0]), LinkPort.Clients, 0, new ReplicaId(0), LinkPurpose.Bulk));
        Assert.Contains("another kind of link", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.NotThisProtocol);
    }

    [Fact]
    public async Task Garbage_is_refused()
    {
        for (int i = 0; i < 20; i++)
        {
            using Socket socket = await _port.ConnectAsync();
            await socket.SendAsync(RandomNumberGenerator.GetBytes(FirstBytes));
            await AssertClosedAsync(socket);
        }
        await AssertRefusedAsync(LinkFault.NotThisProtocol, 20);
    }

    [Fact]
    public async Task Another_version_is_refused_by_name()
    {
        byte[] first = First();
        first[4]++;
        using Socket socket = await _port.ConnectAsync();
        await socket.SendAsync(first);
        await AssertClosedAsync(socket);
        Assert.Contains("version", await _port.Log.NextAsync(), StringComparison.Ordinal);
        await AssertRefusedAsync(LinkFault.NotThisProtocol);
    }

    [Fact]
    public async Task No_byte_of_the_first_message_can_be_changed_without_being_refused()
    {
        byte[] first = First();
        for (int i = 0; i < FirstBytes; i += 5)
        {
            byte[] changed = (byte[])first.Clone();
            changed[i] ^= 1;
            using Socket socket = await _port.ConnectAsync();
            await socket.SendAsync(changed);
            // A changed hello still gets an answer that names the mistake; the second message of the handshake never
            // comes.
            Assert.InRange((await ReadToEndAsync(socket)).Length, 0, SecondBytes - 1);
        }
        Assert.Equal(0, _port.Counters.LinksOpened);
        await AssertHearsAGoodClientAsync();
    }

    [Fact]
    public async Task A_handshake_that_breaks_off_anywhere_leaves_nothing_behind()
    {
        byte[] first = First();
        for (int length = 0; length < FirstBytes; length += 9)
        {
            using Socket socket = await _port.ConnectAsync();
            if (length > 0) await socket.SendAsync(first.AsMemory(0, length));
            socket.Shutdown(SocketShutdown.Send);
            await AssertClosedAsync(socket);
        }
        Assert.Equal(0, _port.Counters.LinksOpened);
        await AssertHearsAGoodClientAsync();
    }

    [Fact]
    public async Task A_first_message_that_is_repeated_by_somebody_else_gives_no_link()
    {
        byte[] first = First();
        for (int i = 0; i < 3; i++)
        {
            using Socket socket = await _port.ConnectAsync();
            await socket.SendAsync(first);
            byte[] second = new byte[SecondBytes];
            await ReceiveExactlyAsync(socket, second);
            await socket.SendAsync(RandomNumberGenerator.GetBytes(ConfirmationBytes));
            await AssertClosedAsync(socket);
        }
        Assert.Contains("repeated a handshake", await _port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, _port.Counters.LinksOpened);
        await AssertRefusedAsync(LinkFault.BadHandshake, 3);
    }

    [Fact]
    public async Task Whoever_says_nothing_is_dropped_at_the_deadline_and_not_before()
    {
        ManualTime time = new();
        await using ClientPort port = new(_keys, time: time);
        int timers = time.Timers;
        using Socket socket = await port.ConnectAsync();
        await socket.SendAsync(First().AsMemory(0, FirstBytes - 1));
        await Patience.UntilAsync(() => time.Timers > timers, "the handshake's deadline is set");
        time.Advance(LinkOptions.Clients.HandshakeTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, port.Counters.Count(LinkFault.HandshakeTimeout));
        time.Advance(TimeSpan.FromMilliseconds(1));
        await AssertClosedAsync(socket);
        Assert.Contains("not complete within 5 seconds", await port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, port.Counters.Count(LinkFault.HandshakeTimeout));
    }

    [Fact]
    public async Task The_oldest_unfinished_handshake_makes_room_for_a_new_one()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { HalfOpenMax = 3 });
        Socket[] silent = new Socket[4];
        for (int i = 0; i < silent.Length; i++) silent[i] = await port.ConnectAsync();
        await AssertClosedAsync(silent[0]);
        Assert.Equal(1, port.Counters.Count(LinkFault.TooManyHalfOpen));

        await using ReplicaLinks links = port.Dial(_clientSink);
        await _clientSink.NextUpAsync();
        await AssertClosedAsync(silent[1]);
        foreach (Socket socket in silent) socket.Dispose();
    }

    [Fact]
    public async Task While_as_many_failed_as_are_kept_none_is_accepted()
    {
        const int Kept = 3;
        ManualTime time = new();
        await using ClientPort port = new(_keys, LinkOptions.Clients with { HalfOpenMax = Kept }, time);
        for (int i = 0; i < Kept; i++) await AssertClosedAsync(await SendNonsenseAsync(port));
        Socket[] later = new Socket[Kept];
        for (int i = 0; i < Kept; i++) later[i] = await SendNonsenseAsync(port);
        Assert.InRange(port.Counters.Count(LinkFault.NotThisProtocol), Kept, Kept + 1); // it was accepting one already
        time.Advance(LinkOptions.Clients.RefusedTime);
        foreach (Socket socket in later) await AssertClosedAsync(socket);
        Assert.Equal(2 * Kept, port.Counters.Count(LinkFault.NotThisProtocol));
        time.Advance(LinkOptions.Clients.RefusedTime);
        await using ReplicaLinks links = port.Dial(_clientSink);
        await _clientSink.NextUpAsync();
    }

    private static async Task<Socket> SendNonsenseAsync(ClientPort port)
    {
        Socket socket = await port.ConnectAsync();
        await socket.SendAsync(new byte[FirstBytes]);
        return socket;
    }

    private async Task AssertRefusedAsync(LinkFault fault, int times = 1)
    {
        Assert.InRange(_port.Counters.Count(fault), times, long.MaxValue);
        Assert.Equal(0, _port.Counters.LinksOpened);
        Assert.Equal(0, _port.Sink.Waiting);
        Assert.Equal(0, _clientSink.Waiting);
        await AssertHearsAGoodClientAsync();
    }

    /// <summary>A client that does everything right is heard, after any other connection.</summary>
    private async Task AssertHearsAGoodClientAsync()
    {
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = _port.Dial(sink);
        await sink.NextUpAsync();
        Assert.True(links.Send(new ReplicaId(0), "hello"u8));
        links.Flush();
        await _port.Sink.NextUpAsync();
        Assert.Equal("hello", await _port.Sink.NextTextAsync());
    }

    /// <summary>What client 0 sends first.</summary>
    private byte[] First()
    {
        LinkCredentials credentials = _keys.CredentialsOf(_keys.Clients[0]);
        byte[] message = new byte[FirstBytes];
        credentials.HelloFor(LinkPort.Clients).Write(message);
        using NoiseHandshake handshake = NoiseHandshake.Initiate(
            _keys.Clients[0].Agreement, credentials.AgreementKeyOf(new ReplicaId(0)), message.AsSpan(0, Hello.Size));
        Assert.True(handshake.TryWriteFirst([0, 0, 0, 0, (byte)SuiteChoice.OfThisMachine], message.AsSpan(Hello.Size)));
        return message;
    }

    private static async Task AssertClosedAsync(Socket socket) => await ReadToEndAsync(socket);

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        int length = 0;
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(length)).AsTask().WaitAsync(Patience.Time);
                if (count == 0) break;
                length += count;
            }
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread.
        }
        return buffer[..length];
    }

    private static async Task ReceiveExactlyAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Patience.Time);
            Assert.NotEqual(0, count);
            buffer = buffer[count..];
        }
    }
}
