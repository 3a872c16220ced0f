using System.Net;
using System.Numerics;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>A client's links to all replicas: dialled, and dialled again whenever they break. Safe for any number of threads.</summary>
internal sealed class ReplicaLinks : IAsyncDisposable
{
    private readonly ReplicaLink[] _links;
    private readonly ReplicaDialer[] _dialers;
    private readonly LinkMonitor _monitor;
    private readonly TaskScope _tasks = new();
    private readonly CancellationTokenSource _stop = new();
    private ulong _unflushed;

    /// <summary>Prepares the links; nothing is dialled before <see cref="Start"/>. Replica i is reached at position i.</summary>
    public ReplicaLinks(
        ClientId self, IReadOnlyList<EndPoint> replicas, LinkCredentials credentials, ILinkSink<ReplicaId> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null, Reactor? reactor = null)
    {
        reactor ??= Reactor.Shared;
        time ??= TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfNotEqual(replicas.Count, credentials.ReplicaCount, nameof(replicas));
        _monitor = new LinkMonitor(options, time);
        _links = [.. replicas.Select((_, i) => new ReplicaLink(new ReplicaId(i), sink, options, counters, _monitor, logger))];
        _dialers = [.. _links.Select((link, i) => new ReplicaDialer(link, replicas[i], LinkPort.Clients, self.Value, credentials, options, counters, logger, time, reactor))];
    }

    /// <summary>Begins to dial.</summary>
    public void Start()
    {
        foreach (ReplicaDialer dialer in _dialers) _tasks.Run(() => dialer.RunAsync(_stop.Token));
    }

    /// <summary>Whether the link to the replica is up.</summary>
    public bool IsUp(ReplicaId replica) => _links[replica.Value].IsUp;

    /// <summary>Queues a frame. It does not leave before <see cref="Flush()"/>. False if it was dropped.</summary>
    public bool Send(ReplicaId to, ReadOnlySpan<byte> frame)
    {
        if (!_links[to.Value].Send(frame)) return false;
        Interlocked.Or(ref _unflushed, 1ul << to.Value);
        return true;
    }

    /// <summary>Sends what is queued: one socket send for each link that has something, and is not sending already.</summary>
    public void Flush()
    {
        for (ulong rest = Interlocked.Exchange(ref _unflushed, 0); rest != 0; rest &= rest - 1) _links[BitOperations.TrailingZeroCount(rest)].Flush();
    }

    /// <summary>Closes everything; no call to the sink follows. Not to be awaited by the sink itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (ReplicaLink link in _links) link.Stop();
        await _tasks.EndAsync().ConfigureAwait(false);
        await _monitor.DisposeAsync().ConfigureAwait(false);
        foreach (ReplicaLink link in _links) link.Dispose();
        _stop.Dispose();
    }
}
