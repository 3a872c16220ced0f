using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

public sealed class PeerMeshTests : IAsyncDisposable
{
    private readonly LinkKeys _keys = new(replicas: 4);
    private readonly List<Node> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (Node node in _nodes) await node.Mesh.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task Every_replica_has_one_link_to_every_other_and_one_for_bulk()
    {
        await StartAsync(4);
        foreach (Node node in _nodes)
        {
            Assert.Equal(3, node.Counters.OpenLinks);
            Assert.Equal(3, node.BulkCounters.OpenLinks);
            for (int other = 0; other < 4; other++)
            {
                Assert.Equal(other != node.Id, node.Mesh.IsUp(new ReplicaId(other)));
                Assert.Equal(other != node.Id, node.Mesh.IsUp(new ReplicaId(other), LinkPurpose.Bulk));
            }
        }
        foreach (Node from in _nodes)
        {
            foreach (Node to in _nodes.Where(to => to != from))
                Assert.True(from.Mesh.Send(new ReplicaId(to.Id), [(byte)from.Id, (byte)to.Id]));
            from.Mesh.Flush();
            Assert.Equal(3, from.Counters.SocketSends);
        }
        foreach (Node to in _nodes)
        {
            for (int i = 0; i < 3; i++)
            {
                LinkEvent<ReplicaId> received = await to.Sink.NextAsync();
                Assert.Equal([(byte)received.Remote.Value, (byte)to.Id], received.Frame!);
            }
        }
    }

    [Fact]
    public async Task A_restarted_replica_is_connected_again_by_those_above_it_and_connects_to_those_below()
    {
        await StartAsync(3);
        IPEndPoint[] addresses = Addresses([.. _nodes]);
        Node old = _nodes[1];
        await old.Mesh.DisposeAsync();
        Assert.Equal(0, old.Counters.OpenLinks);
        Assert.Equal(LinkFault.Closed, await _nodes[0].Sink.NextDownAsync());
        Assert.Equal(LinkFault.Closed, await _nodes[2].Sink.NextDownAsync());
        Assert.False(_nodes[2].Mesh.Send(new ReplicaId(1), "lost"u8));
        Assert.Equal(1, _nodes[2].Counters.FramesDropped);

        Node restarted = new(_keys, 1, addresses[1]);
        _nodes[1] = restarted;
        restarted.Mesh.Start(addresses);
        Assert.Equal(new ReplicaId(1), await _nodes[0].Sink.NextUpAsync());
        Assert.Equal(new ReplicaId(1), await _nodes[2].Sink.NextUpAsync());
        await restarted.Sink.NextUpAsync();
        await restarted.Sink.NextUpAsync();
        Assert.True(_nodes[2].Mesh.Send(new ReplicaId(1), "again"u8));
        _nodes[2].Mesh.Flush();
        Assert.Equal("again", await restarted.Sink.NextTextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_link_of_the_same_replica_and_purpose_takes_the_place_of_the_first(bool isBulk)
    {
        LinkPurpose purpose = isBulk ? LinkPurpose.Bulk : LinkPurpose.Messages;
        Node node = Add(0, null);
        RecordingSink<ReplicaId> sink = isBulk ? node.BulkSink : node.Sink, other = isBulk ? node.Sink : node.BulkSink;
        node.Mesh.Start(Addresses(node));
        using ReactorSocket unlike = (
            await EstablishAsync(node, 3, isBulk ? LinkPurpose.Messages : LinkPurpose.Bulk)).Socket;
        await other.NextUpAsync();
        using ReactorSocket first = (await EstablishAsync(node, 3, purpose)).Socket;
        await sink.NextUpAsync();
        using ReactorSocket second = (await EstablishAsync(node, 3, purpose)).Socket;
        Assert.Equal(LinkFault.Superseded, await sink.NextDownAsync());
        await sink.NextUpAsync();
        Assert.Equal(1, node.Counters.OpenLinks);
        Assert.Equal(1, node.BulkCounters.OpenLinks);
        Assert.Equal(0, other.Waiting);
        Assert.Equal(0, await first.ReceiveAsync(new byte[1]).AsTask().WaitAsync(Patience.Time));
    }

    [Fact]
    public async Task A_link_for_bulk_that_is_down_is_no_replica_that_is_down()
    {
        await StartAsync(2);
        using ReactorSocket taken = (await EstablishAsync(_nodes[0], 1, LinkPurpose.Bulk)).Socket;
        Assert.Equal(LinkFault.Superseded, await _nodes[0].BulkSink.NextDownAsync());
        Assert.Equal(LinkFault.Closed, await _nodes[1].BulkSink.NextDownAsync());
        Assert.True(_nodes[1].Mesh.IsUp(new ReplicaId(0)));
        Assert.True(_nodes[1].Mesh.Send(new ReplicaId(0), "vote"u8));
        _nodes[1].Mesh.Flush();
        Assert.Equal("vote", await _nodes[0].Sink.NextTextAsync());
        Assert.Equal(new ReplicaId(0), await _nodes[1].BulkSink.NextUpAsync()); // dialled again
    }

    [Fact]
    public async Task What_waits_for_a_reader_of_bulk_that_is_held_back_stands_before_no_message_and_is_bounded()
    {
        await StartAsync(2);
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _nodes[0].BulkSink.Room = room.Task;
        byte[] piece = new byte[256 << 10];
        int taken = 0;
        while (_nodes[1].Mesh.Send(new ReplicaId(0), piece, LinkPurpose.Bulk))
        {
            _nodes[1].Mesh.Flush();
            Assert.True(++taken < 1000, "What waits for a reader is bounded.");
        }
        Assert.Equal(piece.Length, (await _nodes[0].BulkSink.NextFrameAsync()).Length);
        Assert.False(_nodes[1].Mesh.IsBehind(new ReplicaId(0)));
        Assert.True(_nodes[1].Mesh.Send(new ReplicaId(0), "vote"u8));
        _nodes[1].Mesh.Flush();
        Assert.Equal("vote", await _nodes[0].Sink.NextTextAsync());
        Assert.Equal(0, _nodes[0].BulkSink.Waiting); // all that bulk still waits, and it is there when there is room
        room.SetResult();
        for (int i = 1; i < taken; i++)
            Assert.Equal(piece.Length, (await _nodes[0].BulkSink.NextFrameAsync()).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    public async Task The_purpose_of_a_link_cannot_be_changed_on_the_way(int change)
    {
        Node node = Add(0, null);
        node.Mesh.Start(Addresses(node));
        LinkCredentials credentials = _keys.CredentialsOf(_keys.Replicas[3]);
        byte[] first = new byte[Hello.Size + NoiseHandshake.FirstOverheadBytes + 5];
        credentials.HelloFor(LinkPort.Peers).Write(first);
        using NoiseHandshake handshake = NoiseHandshake.Initiate(
            _keys.Replicas[3].Agreement, credentials.AgreementKeyOf(new ReplicaId(0)), first.AsSpan(0, Hello.Size));
        Assert.True(handshake.TryWriteFirst([3, 0, 0, 0, (byte)credentials.Suites], first.AsSpan(Hello.Size)));
        first[7] ^= (byte)change;
        using ReactorSocket socket = await ConnectAsync(node);
        await socket.SendAsync(first);
        LinkFault expected = change == 1 ? LinkFault.BadHandshake : LinkFault.NotThisProtocol;
        await Patience.UntilAsync(() => node.Counters.Count(expected) == 1, "the refusal is counted");
        Assert.Equal(0, node.Sink.Waiting + node.BulkSink.Waiting);
    }

    [Fact]
    public async Task A_replica_with_a_lower_id_does_not_connect()
    {
        Node node = Add(2, null);
        node.Mesh.Start(Addresses(node));
        LinkException refusal = await Assert.ThrowsAsync<LinkException>(() => EstablishAsync(node, 1));
        Assert.Equal(LinkFault.Refused, refusal.Fault);
        Assert.Equal(0, node.Sink.Waiting);
    }

    [Fact]
    public async Task A_client_on_the_port_for_replicas_is_refused()
    {
        Node node = Add(0, null);
        node.Mesh.Start(Addresses(node));
        using ReactorSocket socket = await ConnectAsync(node);
        await Assert.ThrowsAsync<LinkException>(() => LinkHandshake.InitiateAsync(
            socket, _keys.CredentialsOf(_keys.Clients[0]), LinkPort.Peers, 3, new ReplicaId(0)));
        await Patience.UntilAsync(() => node.Counters.Count(LinkFault.UnknownKey) == 1, "the refusal is counted");
        Assert.Equal(0, node.Sink.Waiting);
    }

    [Fact]
    public async Task Everything_is_given_back_on_disposal()
    {
        for (int round = 0; round < 3; round++)
        {
            await StartAsync(4);
            foreach (Node node in _nodes) await node.Mesh.DisposeAsync();
            Assert.All(_nodes, static node => Assert.Equal(0, node.Counters.OpenLinks));
            Assert.All(_nodes, static node => Assert.False(node.Mesh.Send(new ReplicaId((node.Id + 1) % 4), "x"u8)));
            _nodes.Clear();
        }
    }

    private Node Add(int id, IPEndPoint? listen)
    {
        Node node = new(_keys, id, listen);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Replicas 0 to count-1, all links up.</summary>
    private async Task StartAsync(int count)
    {
        for (int i = 0; i < count; i++) Add(i, null);
        IPEndPoint[] addresses = Addresses([.. _nodes]);
        foreach (Node node in _nodes) node.Mesh.Start(addresses);
        foreach (Node node in _nodes)
        {
            for (int i = 1; i < count; i++) await node.Sink.NextUpAsync();
            for (int i = 1; i < count; i++) await node.BulkSink.NextUpAsync();
        }
    }

    /// <summary>The addresses of these, in place of the rest the first one's.</summary>
    private static IPEndPoint[] Addresses(params Node[] nodes) =>
        [.. Enumerable.Range(0, 4)
            .Select(i => (nodes.FirstOrDefault(node => node.Id == i) ?? nodes[0]).Mesh.LocalEndPoint)];

    private async Task<EstablishedLink> EstablishAsync(
        Node to, int id, LinkPurpose purpose = LinkPurpose.Messages)
    {
        ReactorSocket socket = await ConnectAsync(to);
        return await LinkHandshake.InitiateAsync(
            socket, _keys.CredentialsOf(_keys.Replicas[id]), LinkPort.Peers, id, new ReplicaId(to.Id), purpose);
    }

    private static async Task<ReactorSocket> ConnectAsync(Node to) =>
        await ReactorSocket.ConnectAsync(
            Reactor.Shared, new Socket(SocketType.Stream, ProtocolType.Tcp), to.Mesh.LocalEndPoint,
            CancellationToken.None);

    private sealed class Node
    {
        public Node(LinkKeys keys, int id, IPEndPoint? listen)
        {
            Id = id;
            Mesh = new PeerMesh(
                new ReplicaId(id), listen ?? new IPEndPoint(IPAddress.Loopback, 0),
                keys.CredentialsOf(keys.Replicas[id]), new PeerLane(Sink, LinkOptions.Peers, Counters),
                new PeerLane(BulkSink, LinkOptions.Bulk, BulkCounters), Log);
        }

        public int Id { get; }

        public RecordingSink<ReplicaId> Sink { get; } = new();

        public RecordingSink<ReplicaId> BulkSink { get; } = new();

        public LinkCounters Counters { get; } = new();

        public LinkCounters BulkCounters { get; } = new();

        public RecordingLogger Log { get; } = new();

        public PeerMesh Mesh { get; }
    }
}
