using System.Buffers;
using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

public sealed class ClientListenerTests : IDisposable
{
    private static readonly ReplicaId Replica = new(0);

    private readonly LinkKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Replies_go_to_the_link_they_are_meant_for_with_one_socket_send_each()
    {
        await using ClientPort port = new(_keys);
        RecordingSink<ReplicaId>[] sinks =
            [.. Enumerable.Range(0, 20).Select(static _ => new RecordingSink<ReplicaId>())];
        ReplicaLinks[] clients = [.. sinks.Select((sink, i) => port.Dial(sink, id: i % 2))];
        List<ClientLink> links = [];
        foreach (RecordingSink<ReplicaId> sink in sinks) await sink.NextUpAsync();
        foreach (RecordingSink<ReplicaId> _ in sinks) links.Add(await port.Sink.NextUpAsync());
        Assert.Equal(10, links.Count(static link => link.Client == new ClientId(0)));
        Assert.Equal(20, port.Counters.OpenLinks);

        for (int i = 0; i < clients.Length; i++)
        {
            clients[i].Send(Replica, [(byte)i]);
            clients[i].Flush();
        }
        for (int i = 0; i < clients.Length; i++)
        {
            LinkEvent<ClientLink> request = await port.Sink.NextAsync();
            request.Remote.Send(request.Frame);
            request.Remote.Send("more"u8);
        }
        Assert.Equal(0, port.Counters.SocketSends);
        port.Listener.Flush();
        for (int i = 0; i < sinks.Length; i++)
        {
            Assert.Equal([(byte)i], await sinks[i].NextFrameAsync());
            Assert.Equal("more", await sinks[i].NextTextAsync());
        }
        Assert.Equal(20, port.Counters.SocketSends);
        foreach (ReplicaLinks client in clients) await client.DisposeAsync();
        await Patience.UntilAsync(() => port.Counters.OpenLinks == 0, "all links are down");
    }

    [Fact]
    public async Task One_identity_has_so_many_links_and_the_others_are_not_hurt()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { LinksPerRemoteMax = 2 });
        EstablishedLink first = await port.EstablishAsync();
        using ReactorSocket second = (await port.EstablishAsync()).Socket;
        await port.Sink.NextUpAsync();
        await port.Sink.NextUpAsync();

        LinkException refusal = await Assert.ThrowsAsync<LinkException>(port.EstablishAsync);
        Assert.Contains("too many connections", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("has 2 connections already", await port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, port.Counters.Count(LinkFault.TooManyLinks));

        RecordingSink<ReplicaId> other = new();
        await using ReplicaLinks links = port.Dial(other, id: 1);
        await other.NextUpAsync();
        await port.Sink.NextUpAsync();

        first.Socket.Dispose();
        await port.Sink.NextDownAsync();
        using ReactorSocket third = (await port.EstablishAsync()).Socket;
        await port.Sink.NextUpAsync();
    }

    [Fact]
    public async Task The_port_has_so_many_links()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { LinksMax = 1 });
        using ReactorSocket first = (await port.EstablishAsync()).Socket;
        await port.Sink.NextUpAsync();
        await Assert.ThrowsAsync<LinkException>(port.EstablishAsync);
        Assert.Contains("1 client connections already", await port.Log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_identity_with_most_links_gives_way_to_one_with_fewer()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { LinksMax = 4, LinksPerRemoteMax = 4 });
        RecordingSink<ReplicaId>[] greedy =
            [.. Enumerable.Range(0, 4).Select(static _ => new RecordingSink<ReplicaId>())];
        List<ReplicaLinks> links = [];
        foreach (RecordingSink<ReplicaId> sink in greedy)
        {
            links.Add(port.Dial(sink));
            await sink.NextUpAsync();
            await port.Sink.NextUpAsync();
        }

        RecordingSink<ReplicaId> other = new(), second = new();
        links.Add(port.Dial(other, id: 1));
        await other.NextUpAsync();
        links.Add(port.Dial(second, id: 1));
        await second.NextUpAsync();
        await Patience.UntilAsync(
            () => port.Counters.Count(LinkFault.GaveWay) == 2, "the greedy identity has given way twice");

        // Both have two now: neither gives way to the other, however often the greedy one comes back.
        await Patience.UntilAsync(
            () => port.Counters.Count(LinkFault.TooManyLinks) >= 4, "the greedy identity has come back in vain");
        Assert.Equal(2, port.Counters.Count(LinkFault.GaveWay));
        Assert.Equal(4, port.Counters.OpenLinks);
        Assert.Equal(0, other.Waiting + second.Waiting); // no down
        foreach (ReplicaLinks one in links) await one.DisposeAsync();
    }

    [Fact]
    public async Task The_identity_whose_replies_take_most_memory_gives_way_when_there_is_none_left()
    {
        const int Frame = 100_000;
        await using ClientPort port = new(_keys, LinkOptions.Clients with
        {
            FrameBytesMax = Frame, QueueBytesMax = 10 * Frame, BytesPerRemoteMax = 11 * Frame, BytesMax = 12 * Frame,
        });
        using ReactorSocket greedy = (await port.EstablishAsync()).Socket;
        ClientLink greedyLink = await port.Sink.NextUpAsync();
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = port.Dial(sink, id: 1);
        await sink.NextUpAsync();
        ClientLink other = await port.Sink.NextUpAsync();

        int queued = 0;
        while (greedyLink.Send(new byte[Frame - 4])) queued++;
        Assert.Equal(10, queued);
        for (int i = 0; i < 3; i++) SendFrame(other, Frame - 4);
        Assert.Equal(LinkFault.GaveWay, await port.Sink.NextDownAsync());
        Assert.False(greedyLink.IsUp);
        port.Listener.Flush();
        for (int i = 0; i < 3; i++) Assert.Equal(Frame - 4, (await sink.NextFrameAsync()).Length);
    }

    private static void SendFrame(ClientLink link, int bytes)
    {
        FrameBuffer frame = FrameBuffer.RentFrame();
        frame.Write(new byte[bytes]);
        frame.Complete();
        Assert.True(link.Send(frame));
        frame.Release();
    }

    [Fact]
    public async Task A_misbehaving_link_is_logged_counted_and_closed_and_a_new_one_is_welcome()
    {
        await using ClientPort port = new(_keys);
        EstablishedLink bad = await port.EstablishAsync();
        await port.Sink.NextUpAsync();
        await bad.Socket.SendAsync(new byte[100]);
        Assert.Equal(LinkFault.CorruptRecord, await port.Sink.NextDownAsync());
        Assert.Contains("CorruptRecord", await port.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, port.Counters.Count(LinkFault.CorruptRecord));
        bad.Socket.Dispose();

        using ReactorSocket good = (await port.EstablishAsync()).Socket;
        Assert.Equal(new ClientId(0), (await port.Sink.NextUpAsync()).Client);
    }

    [Fact]
    public async Task A_silent_client_is_dropped()
    {
        ManualTime time = new();
        await using ClientPort port = new(_keys, time: time);
        EstablishedLink link = await port.EstablishAsync();
        await port.Sink.NextUpAsync();
        await Patience.UntilAsync(() => port.Reactor.IsWaiting, "all that had come was read");
        time.Advance(LinkOptions.Clients.SilenceTimeout + LinkOptions.Clients.HeartbeatPeriod);
        Assert.Equal(LinkFault.Silent, await port.Sink.NextDownAsync());
        link.Socket.Dispose();
    }

    [Fact]
    public async Task A_closed_link_takes_no_more_replies_and_the_client_comes_back()
    {
        await using ClientPort port = new(_keys);
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = port.Dial(sink);
        await sink.NextUpAsync();
        ClientLink link = await port.Sink.NextUpAsync();
        link.Close(LinkFault.Misbehaved);
        Assert.Equal(LinkFault.Misbehaved, await port.Sink.NextDownAsync());
        Assert.False(link.Send("x"u8));
        Assert.Equal(1, port.Counters.FramesDropped);
        Assert.Equal(LinkFault.Closed, await sink.NextDownAsync());
        await sink.NextUpAsync();
        Assert.NotSame(link, await port.Sink.NextUpAsync());
    }

    [Fact]
    public async Task What_a_client_has_sent_counts_also_when_it_comes_back()
    {
        await using ClientPort port = new(_keys);
        EstablishedLink first = await port.EstablishAsync();
        ClientLink link = await port.Sink.NextUpAsync();
        Assert.False(link.Backlog.Add(LinkBacklog.ClientBytesMax).AsTask().IsCompleted);
        first.Socket.Dispose();
        await port.Sink.NextDownAsync();

        using ReactorSocket second = (await port.EstablishAsync()).Socket;
        ClientLink next = await port.Sink.NextUpAsync();
        Assert.False(next.Backlog.Add(1).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Disposal_ends_every_link_and_says_so_before_it_returns()
    {
        ClientPort port = new(_keys);
        using Socket silent = await port.ConnectAsync();
        using ReactorSocket first = (await port.EstablishAsync()).Socket;
        using ReactorSocket second = (await port.EstablishAsync()).Socket;
        await port.Sink.NextUpAsync();
        await port.Sink.NextUpAsync();
        await port.DisposeAsync();
        Assert.Equal(2, port.Sink.Waiting);
        Assert.Equal(LinkFault.Local, await port.Sink.NextDownAsync());
        Assert.Equal(0, port.Counters.OpenLinks);
        using Socket late = new(SocketType.Stream, ProtocolType.Tcp);
    }

    [Fact]
    public async Task An_address_in_use_is_named_in_the_error()
    {
        await using ClientPort port = new(_keys);
        IOException error = Assert.Throws<IOException>(
            () => new ClientPort(_keys, listen: port.Listener.LocalEndPoint));
        Assert.Contains(port.Listener.LocalEndPoint.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_will_do()
    {
        await using ClientPort port = new(_keys, listen: new DnsEndPoint("localhost", 0));
        RecordingSink<ReplicaId> sink = new();
        await using ReplicaLinks links = new(
            new ClientId(0), [new DnsEndPoint("localhost", port.Listener.LocalEndPoint.Port)],
            _keys.CredentialsOf(_keys.Clients[0]), sink, LinkOptions.Clients, new LinkCounters(), port.Log);
        links.Start();
        await sink.NextUpAsync();
        Assert.True(links.IsUp(Replica));
    }
}
