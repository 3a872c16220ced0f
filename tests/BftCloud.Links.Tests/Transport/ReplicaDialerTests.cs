using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftCloud.Links.Tests.Transport;

public sealed class ReplicaDialerTests : IDisposable
{
    private static readonly IPAddress s_mute = IPAddress.Parse("127.0.0.2");

    private readonly LinkKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task An_address_of_a_name_that_never_answers_does_not_keep_the_others_from_their_turn()
    {
        await using ClientPort port = new(_keys, LinkOptions.Clients with { LocalShortcut = false });
        int number = port.Listener.LocalEndPoint.Port;
        using Socket mute = NewSocket(), first = NewSocket();
        mute.Bind(new IPEndPoint(s_mute, number));
        mute.Listen(0);
        // There is no room for another one: it waits to be connected, or else to be accepted.
        first.Connect(mute.LocalEndPoint!);

        ManualTime time = new();
        LinkCounters counters = new();
        RecordingSink<ReplicaId> sink = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LinkMonitor monitor = new(LinkOptions.Clients, time);
        using ReplicaLink link = Link(LinkPurpose.Messages, sink, counters, monitor);
        using CancellationTokenSource stop = new();
        ReplicaDialer dialer = new(
            link, new DnsEndPoint(
                "replica.example", number), LinkPort.Clients, 0, _keys.CredentialsOf(_keys.Clients[0]),
                LinkOptions.Clients, counters, NullLogger.Instance, time,
            Reactor.Shared, Resolve);
        Task run = dialer.RunAsync(stop.Token);

        await asked.Task.WaitAsync(Patience.Time);
        time.Advance(LinkOptions.Clients.HandshakeTimeout);
        await Patience.UntilAsync(
            () => time.NextWithin(LinkOptions.Clients.ReconnectDelayMin) is not null, "the attempt is given up");
        Assert.Equal(1, counters.Count(LinkFault.HandshakeTimeout));
        time.Advance(LinkOptions.Clients.ReconnectDelayMin);
        Assert.Equal(new ReplicaId(0), await sink.NextUpAsync());

        await stop.CancelAsync();
        link.Stop();
        await run.WaitAsync(Patience.Time);

        Task<IPAddress[]> Resolve(string name, CancellationToken cancellation)
        {
            Assert.Equal("replica.example", name);
            asked.TrySetResult();
            return Task.FromResult<IPAddress[]>([s_mute, IPAddress.Loopback]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_to_connect_come_less_and_less_often_but_do_not_end(bool isBulk)
    {
        ManualTime time = new();
        LinkCounters counters = new();
        RecordingLogger log = new();
        bool isOtherUp = false;
        using Socket taken = NewSocket();
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using LinkMonitor monitor = new(LinkOptions.Clients, time);
        using ReplicaLink link = Link(
            isBulk ? LinkPurpose.Bulk : LinkPurpose.Messages, new RecordingSink<ReplicaId>(), counters, monitor);
        using CancellationTokenSource stop = new();
        ReplicaDialer dialer = new(
            link, taken.LocalEndPoint!, LinkPort.Peers, 1, _keys.CredentialsOf(_keys.Replicas[0]), LinkOptions.Peers,
            counters, log, time, Reactor.Shared, isOtherUp: isBulk ? () => isOtherUp : null);
        Task run = dialer.RunAsync(stop.Token);
        TimeSpan delay = LinkOptions.Peers.ReconnectDelayMin;
        for (int attempt = 1; attempt < 12; attempt++)
        {
            await Patience.UntilAsync(
                () => counters.Count(LinkFault.Closed) == attempt && time.NextWithin(delay) is not null,
                "an attempt failed");
            // That a replica is gone its link for messages tells.
            if (isBulk && !isOtherUp) Assert.Equal(0, log.Waiting);
            isOtherUp = true;
            TimeSpan wait = time.NextWithin(delay)!.Value;
            Assert.InRange(wait, delay / 2, delay);
            time.Advance(wait);
            delay = TimeSpan.FromTicks(Math.Min(2 * delay.Ticks, LinkOptions.Peers.ReconnectDelayMax.Ticks));
        }
        string expected = isBulk ? "none for bulk" : "Cannot connect to r0";
        Assert.Contains(expected, await log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, log.Waiting);
        await stop.CancelAsync();
        await run.WaitAsync(Patience.Time);
    }

    private static ReplicaLink Link(
        LinkPurpose purpose, RecordingSink<ReplicaId> sink, LinkCounters counters, LinkMonitor monitor) =>
        new(
            new ReplicaId(0), purpose, new PeerLane(sink, LinkOptions.Clients, counters),
            new RemoteBudget(LinkOptions.Clients.BytesPerRemoteMax), monitor, NullLogger.Instance);

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
