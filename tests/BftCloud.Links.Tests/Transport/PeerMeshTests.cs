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
    public async Task Every_replica_has_one_link_to_every_other()
    {
        await StartAsync(4);
        foreach (Node node in _nodes)
        {
            Assert.Equal(3, node.Counters.OpenLinks);
            for (int other = 0; other < 4; other++)
                Assert.Equal(other != node.Id, other != node.Id && node.Mesh.IsUp(new ReplicaId(other)));
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

    [Fact]
    public async Task A_second_link_of_the_same_replica_takes_the_place_of_the_first()
    {
        Node node = Add(0, null);
        node.Mesh.Start(Addresses(node));
        using ReactorSocket first = (await EstablishAsync(node, 3)).Socket;
        await node.Sink.NextUpAsync();
        using ReactorSocket second = (await EstablishAsync(node, 3)).Socket;
        Assert.Equal(LinkFault.Superseded, await node.Sink.NextDownAsync());
        await node.Sink.NextUpAsync();
        Assert.Equal(1, node.Counters.OpenLinks);
        Assert.Equal(0, await first.ReceiveAsync(new byte[1]).AsTask().WaitAsync(Patience.Time));
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
    public async Task Attempts_to_connect_come_less_and_less_often_but_do_not_end()
    {
        ManualTime time = new();
        Node node = Add(1, null, time);
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        node.Mesh.Start([taken.LocalEndPoint!, node.Mesh.LocalEndPoint, taken.LocalEndPoint!, taken.LocalEndPoint!]);
        TimeSpan delay = LinkOptions.Peers.ReconnectDelayMin;
        for (int attempt = 1; attempt < 12; attempt++)
        {
            await Patience.UntilAsync(
                () => node.Counters.Count(LinkFault.Closed) == attempt && time.NextWithin(delay) is not null,
                "an attempt failed");
            TimeSpan wait = time.NextWithin(delay)!.Value;
            Assert.InRange(wait, delay / 2, delay);
            time.Advance(wait);
            delay = TimeSpan.FromTicks(Math.Min(2 * delay.Ticks, LinkOptions.Peers.ReconnectDelayMax.Ticks));
        }
        Assert.Contains("Cannot connect to r0", await node.Log.NextAsync(), StringComparison.Ordinal);
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

    private Node Add(int id, IPEndPoint? listen, TimeProvider? time = null)
    {
        Node node = new(_keys, id, listen, time);
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
        }
    }

    /// <summary>The addresses of these, in place of the rest the first one's.</summary>
    private static IPEndPoint[] Addresses(params Node[] nodes) =>
        [.. Enumerable.Range(0, 4)
            .Select(i => (nodes.FirstOrDefault(node => node.Id == i) ?? nodes[0]).Mesh.LocalEndPoint)];

    private async Task<EstablishedLink> EstablishAsync(Node to, int id)
    {
        ReactorSocket socket = await ConnectAsync(to);
        return await LinkHandshake.InitiateAsync(
            socket, _keys.CredentialsOf(_keys.Replicas[id]), LinkPort.Peers, id, new ReplicaId(to.Id));
    }

    private static async Task<ReactorSocket> ConnectAsync(Node to) =>
        await ReactorSocket.ConnectAsync(
            Reactor.Shared, new Socket(SocketType.Stream, ProtocolType.Tcp), to.Mesh.LocalEndPoint,
            CancellationToken.None);

    private sealed class Node
    {
        public Node(LinkKeys keys, int id, IPEndPoint? listen, TimeProvider? time = null)
        {
            Id = id;
            Mesh = new PeerMesh(
                new ReplicaId(id), listen ?? new IPEndPoint(IPAddress.Loopback, 0),
                keys.CredentialsOf(keys.Replicas[id]), Sink, LinkOptions.Peers, Counters, Log, time);
        }

        public int Id { get; }

        public RecordingSink<ReplicaId> Sink { get; } = new();

        public LinkCounters Counters { get; } = new();

        public RecordingLogger Log { get; } = new();

        public PeerMesh Mesh { get; }
    }
}
