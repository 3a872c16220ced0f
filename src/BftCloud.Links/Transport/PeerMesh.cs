using System.Net;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// One link to every other replica, and a second one for bulk: listens for those with a higher id and dials those with
/// a lower one, again and again. Sending never blocks: a frame for a replica whose link is down or whose queue is full
/// is lost and counted. Whether a replica is up, or behind, only its link for messages tells. Safe for any number of
/// threads.
/// </summary>
internal sealed class PeerMesh : IAsyncDisposable
{
    private readonly ReplicaId _self;
    private readonly LinkCredentials _credentials;
    private readonly PeerLane _messages, _bulk;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Reactor _reactor;
    private readonly LinkListener _listener;
    private readonly LinkMonitor _monitor;
    private readonly TaskScope _tasks = new();
    private readonly CancellationTokenSource _stop = new();

    // By replica; null at the own place.
    private readonly ReplicaLink?[] _links;
    private readonly ReplicaLink?[] _bulkLinks;

    /// <summary>Binds the listener; nothing is accepted or dialled before <see cref="Start"/>.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public PeerMesh(
        ReplicaId self, EndPoint listen, LinkCredentials credentials, PeerLane messages, PeerLane bulk, ILogger logger,
        TimeProvider? time = null, Reactor? reactor = null)
    {
        reactor ??= Reactor.Shared;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)self.Value, (uint)credentials.ReplicaCount, nameof(self));
        _time = time ?? TimeProvider.System;
        _reactor = reactor;
        (_self, _credentials, _messages, _bulk, _logger) = (self, credentials, messages, bulk, logger);
        _listener = new LinkListener(
            listen, LinkPort.Peers, credentials, messages.Options, messages.Counters, logger, _time, reactor);
        _monitor = new LinkMonitor(messages.Options, _time);
        _links = new ReplicaLink?[credentials.ReplicaCount];
        _bulkLinks = new ReplicaLink?[credentials.ReplicaCount];
        SendPace pace = new(bulk.Options.BulkBytesPerSecond, _time);
        for (int i = 0; i < _links.Length; i++)
        {
            if (i == self.Value) continue;
            ReplicaId replica = new(i);
            RemoteBudget budget = new(messages.Options.BytesPerRemoteMax);
            _links[i] = new ReplicaLink(replica, LinkPurpose.Messages, messages, budget, _monitor, logger);
            _bulkLinks[i] = new ReplicaLink(replica, LinkPurpose.Bulk, bulk, budget, _monitor, logger, pace);
        }
    }

    /// <summary>Where the listener is bound; differs from what was asked for if that had port 0.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Begins to accept, and to dial; replica i is reached at position i.</summary>
    public void Start(IReadOnlyList<EndPoint> replicas)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(replicas.Count, _links.Length, nameof(replicas));
        _listener.Start(
            Admit,
            established => LinkTo(new ReplicaId(established.RemoteId), established.Purpose).RunAsync(established));
        for (int i = 0; i < _self.Value; i++)
        {
            ReplicaLink link = _links[i]!;
            Dial(link, replicas[i], _messages, isOtherUp: null);
            Dial(_bulkLinks[i]!, replicas[i], _bulk, () => link.IsUp);
        }
    }

    /// <summary>How many replicas the cluster has, this one included.</summary>
    public int Replicas => _links.Length;

    /// <summary>Whether the link to the replica is up.</summary>
    public bool IsUp(ReplicaId replica, LinkPurpose purpose = LinkPurpose.Messages) =>
        LinksFor(purpose)[replica.Value] is { IsUp: true };

    /// <summary>Whether something that was flushed to the replica waits for its socket; bulk does not count.</summary>
    public bool IsBehind(ReplicaId replica) => LinkTo(replica, LinkPurpose.Messages).IsBehind;

    /// <summary>
    /// Queues a completed frame. It does not leave before <see cref="Flush"/>. False if it was dropped.
    /// </summary>
    public bool Send(ReplicaId to, FrameBuffer frame, LinkPurpose purpose = LinkPurpose.Messages) =>
        LinkTo(to, purpose).Send(frame);

    /// <summary>Queues a copy of a frame's payload, likewise.</summary>
    public bool Send(ReplicaId to, ReadOnlySpan<byte> payload, LinkPurpose purpose = LinkPurpose.Messages) =>
        LinkTo(to, purpose).Send(payload);

    /// <summary>
    /// Sends what is queued: one socket send for each link that has something, and is not sending already.
    /// </summary>
    public void Flush()
    {
        foreach (ReplicaLink? link in _links) link?.Flush();
        foreach (ReplicaLink? link in _bulkLinks) link?.Flush();
    }

    /// <summary>Closes everything; no call to the sink follows. Not to be awaited by the sink itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (ReplicaLink? link in _links.Concat(_bulkLinks)) link?.Stop();
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _tasks.EndAsync().ConfigureAwait(false);
        await _monitor.DisposeAsync().ConfigureAwait(false);
        foreach (ReplicaLink? link in _links.Concat(_bulkLinks)) link?.Dispose();
        _stop.Dispose();
    }

    private void Dial(ReplicaLink link, EndPoint address, PeerLane lane, Func<bool>? isOtherUp)
    {
        ReplicaDialer dialer = new(
            link, address, LinkPort.Peers, _self.Value, _credentials, lane.Options, lane.Counters, _logger, _time,
            _reactor, isOtherUp: isOtherUp);
        _tasks.Run(() => dialer.RunAsync(_stop.Token));
    }

    private ReplicaLink?[] LinksFor(LinkPurpose purpose) => purpose == LinkPurpose.Bulk ? _bulkLinks : _links;

    private ReplicaLink LinkTo(ReplicaId to, LinkPurpose purpose) =>
        LinksFor(purpose)[to.Value] ?? throw new ArgumentException("A replica has no link to itself.", nameof(to));

    private void Admit(int id)
    {
        if (id <= _self.Value)
            throw new LinkException(
                LinkFault.Refused,
                $"{new ReplicaId(id)} connected to {_self}, "
                + "but the replica with the higher id is the one that connects. Run the same release everywhere.");
    }
}
