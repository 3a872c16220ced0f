using System.Globalization;
using System.Net;
using System.Text;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// A client's links to all replicas: dialled, and dialled again whenever they break. Safe for any number of threads.
/// </summary>
internal sealed class ReplicaLinks : IReplicaLinks
{
    private readonly IReadOnlyList<EndPoint> _replicas;
    private readonly ReplicaLink[] _links;
    private readonly LinkCounters _counters;
    private readonly ReplicaDialer[] _dialers;
    private readonly LinkMonitor _monitor;
    private readonly TaskScope _tasks = new();
    private readonly CancellationTokenSource _stop = new();
    private ulong _unflushed;

    /// <summary>
    /// Prepares the links; nothing is dialled before <see cref="Start"/>. Replica i is reached at position i.
    /// </summary>
    public ReplicaLinks(
        ClientId self, IReadOnlyList<EndPoint> replicas, LinkCredentials credentials, ILinkSink<ReplicaId> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null, Reactor? reactor = null)
    {
        reactor ??= Reactor.Shared;
        time ??= TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfNotEqual(replicas.Count, credentials.ReplicaCount, nameof(replicas));
        (_replicas, _counters) = (replicas, counters);
        _monitor = new LinkMonitor(options, time);
        PeerLane lane = new(sink, options, counters);
        _links = [.. replicas.Select((_, i) => new ReplicaLink(
            new ReplicaId(i), LinkPurpose.Messages, lane, new RemoteBudget(options.BytesPerRemoteMax), _monitor,
            logger))];
        _dialers = [.. _links.Select((link, i) => new ReplicaDialer(
            link, replicas[i], LinkPort.Clients, self.Value, credentials, options, counters, logger, time, reactor))];
    }

    /// <inheritdoc/>
    public void Start()
    {
        foreach (ReplicaDialer dialer in _dialers) _tasks.Run(() => dialer.RunAsync(_stop.Token));
    }

    /// <summary>Whether the link to the replica is up.</summary>
    public bool IsUp(ReplicaId replica) => _links[replica.Value].IsUp;

    /// <inheritdoc/>
    public bool Send(ReplicaId to, ReadOnlySpan<byte> payload)
    {
        if (!_links[to.Value].Send(payload)) return false;
        Interlocked.Or(ref _unflushed, ReplicaSet.Of(to).Bits);
        return true;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (ReplicaId to in ReplicaSet.FromBits(Interlocked.Exchange(ref _unflushed, 0)))
            _links[to.Value].Flush();
    }

    /// <inheritdoc/>
    public string Describe()
    {
        StringBuilder text = new();
        for (int i = 0; i < _links.Length; i++)
        {
            string state = _links[i].IsUp ? "connected" : "not connected";
            if (i > 0) text.Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"replica {i} at {AddressOf(_replicas[i])} {state}");
        }
        if (_counters.Count(LinkFault.ConfigurationDiffers) > 0)
            text.Append("; a replica has another cluster.json: give all nodes the same one");
        if (_counters.Count(LinkFault.WrongCluster) > 0)
            text.Append("; a replica of another cluster listens at one of the addresses: correct them, or stop it");
        if (_counters.Count(LinkFault.UnknownKey) > 0)
            text.Append("; a replica's key and cluster.json do not match: check the key files");
        if (_counters.Count(LinkFault.NotThisProtocol) > 0)
            text.Append("; something else listens at one of the addresses, or a replica runs another version");
        return text.ToString();
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

    private static string AddressOf(EndPoint replica) =>
        replica is DnsEndPoint named ? new HostPort(named.Host, named.Port).ToString() : replica.ToString()!;
}
