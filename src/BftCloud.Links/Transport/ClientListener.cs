using System.Net;
using System.Runtime.InteropServices;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>Accepts the links of clients. Safe for any number of threads.</summary>
internal sealed class ClientListener : IAsyncDisposable
{
    private readonly LinkOptions _options;
    private readonly ILogger _logger;
    private readonly ILinkSink<ClientLink> _sink;
    private readonly LinkListener _listener;
    private readonly LinkMonitor _monitor;
    private readonly Action<ClientId>? _onCaughtUp;

    private readonly Lock _gate = new();
    private readonly Dictionary<SecureLink, ClientIdentity> _links = [];
    // Kept for ever: what a client sent still counts when its links are gone. No more than there are admitted clients.
    private readonly Dictionary<ClientId, ClientIdentity> _identities = [];
    private readonly TotalBudget _total, _backlogs;
    private bool _stopped;

    // Links with something to flush. The second gate is never held while a socket is used.
    private readonly Lock _flushGate = new();
    private readonly Lock _dirtyGate = new();
    private List<ClientLink> _dirty = [];
    private List<ClientLink> _flushing = [];

    /// <summary>Binds the listener; nothing is accepted before <see cref="Start"/>.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="credentials">Which nodes may connect.</param>
    /// <param name="sink">Takes what clients send.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="counters">The port's counters.</param>
    /// <param name="logger">Told of links.</param>
    /// <param name="time">For heartbeats.</param>
    /// <param name="reactor">Whose thread the links run on.</param>
    /// <param name="onCaughtUp">Told of an identity that was <see cref="RemoteBudget.IsBehind"/> and is no longer; any
    /// thread.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public ClientListener(
        EndPoint listen, LinkCredentials credentials, ILinkSink<ClientLink> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null, Reactor? reactor = null,
        Action<ClientId>? onCaughtUp = null)
    {
        _onCaughtUp = onCaughtUp;
        reactor ??= Reactor.Shared;
        time ??= TimeProvider.System;
        (_options, _logger, _sink, Counters) = (options, logger, sink, counters);
        _listener = new LinkListener(listen, LinkPort.Clients, credentials, options, counters, logger, time, reactor);
        _monitor = new LinkMonitor(options, time);
        (_total, _backlogs) = (new TotalBudget(options.BytesMax), new TotalBudget(options.BacklogBytesMax));
    }

    /// <summary>Where the listener is bound; differs from what was asked for if that had port 0.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    internal LinkCounters Counters { get; }

    /// <summary>Begins to accept.</summary>
    public void Start() => _listener.Start(Admit, RunAsync);

    /// <summary>
    /// Sends what is queued on all client links: one socket send for each that has something, and is not sending
    /// already.
    /// </summary>
    public void Flush()
    {
        lock (_flushGate)
        {
            lock (_dirtyGate) (_dirty, _flushing) = (_flushing, _dirty);
            foreach (ClientLink link in CollectionsMarshal.AsSpan(_flushing)) link.Flush();
            _flushing.Clear();
        }
    }

    /// <summary>Closes everything; no call to the sink follows. Not to be awaited by the sink itself.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (SecureLink link in _links.Keys.ToArray()) link.Close(LinkFault.Local);
        }
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _monitor.DisposeAsync().ConfigureAwait(false);
    }

    internal void AddDirty(ClientLink link)
    {
        lock (_dirtyGate) _dirty.Add(link);
    }

    private void Admit(int id)
    {
        lock (_gate) CheckRoom(new ClientId(id));
    }

    private void CheckRoom(ClientId client)
    {
        int own = _identities.GetValueOrDefault(client)?.Links.Count ?? 0;
        if (!IsPlaceLeft(own))
            throw new LinkException(
                LinkFault.TooManyLinks,
                $"there are {_links.Count} client connections already, and more are not allowed.");
        if (own >= _options.LinksPerRemoteMax)
            throw new LinkException(
                LinkFault.TooManyLinks,
                $"{client} has {own} connections already, and more are not allowed to one identity.");
    }

    /// <summary>
    /// For an identity with so many links. If all places are taken, the identity that has most gives way, but not to
    /// one that would have as many: so none changes places with another for ever.
    /// </summary>
    private bool IsPlaceLeft(int own) => _links.Count < _options.LinksMax || Greatest()?.Links.Count > own + 1;

    private ClientIdentity? Greatest() => _identities.Values.MaxBy(static i => i.Links.Count);

    /// <summary>No gate of a link is held.</summary>
    private bool MakeRoom(RemoteBudget asking, long bytes)
    {
        List<SecureLink> giveWay = [];
        lock (_gate)
        {
            ClientIdentity? greatest = _identities.Values.MaxBy(static i => i.Budget.Reserved);
            if (greatest is null || greatest.Budget.Reserved <= asking.Reserved + bytes) return false;
            long wanted = bytes - _total.Free;
            foreach (SecureLink link in greatest.Links.OrderByDescending(static l => l.QueuedBytes))
            {
                if (wanted <= 0) break;
                wanted -= link.QueuedBytes;
                giveWay.Add(link);
            }
        }
        foreach (SecureLink link in giveWay) link.Close(LinkFault.GaveWay);
        return _total.Free >= bytes;
    }

    private async Task RunAsync(EstablishedLink established)
    {
        ClientId client = new(established.RemoteId);
        if (TryAdd(client, established, out ClientIdentity identity) is not { } link) return;
        ClientLink clientLink = new(client, link, identity.Backlog, identity.Budget, this, _sink);
        Counters.AddOpened();
        _monitor.Add(link);
        TransportLog.ClientUp(_logger, client);
        _sink.OnUp(clientLink);
        LinkFault fault = await link.RunAsync(clientLink).ConfigureAwait(false);
        _monitor.Remove(link);
        Remove(link);
        Counters.AddClosed();
        Counters.Add(fault);
        if (fault is LinkFault.Closed or LinkFault.Local) TransportLog.ClientDown(_logger, client, fault);
        else TransportLog.ClientFault(_logger, client, fault);
        _sink.OnDown(clientLink, fault);
    }

    /// <summary>
    /// Takes the link up, or drops it if another one took the last place while this one's handshake was under way.
    /// </summary>
    private SecureLink? TryAdd(ClientId client, EstablishedLink established, out ClientIdentity identity)
    {
        SecureLink link;
        SecureLink? givesWay = null;
        lock (_gate)
        {
            if (!_identities.TryGetValue(client, out identity!)) identity = NewIdentity(client);
            link = new SecureLink(established, _options, Counters, identity.Budget);
            int own = identity.Links.Count;
            if (_stopped || own >= _options.LinksPerRemoteMax || !IsPlaceLeft(own))
            {
                link.Dispose();
                if (!_stopped) Counters.Add(LinkFault.TooManyLinks);
                return null;
            }
            if (_links.Count >= _options.LinksMax)
            {
                givesWay = Greatest()!.Links.Last!.Value;
                Forget(givesWay);
            }
            identity.Links.AddLast(link);
            _links.Add(link, identity);
            Invariant.Holds(_links.Count <= _options.LinksMax, "a port has no more links than it may");
        }
        givesWay?.Close(LinkFault.GaveWay);
        return link;
    }

    private ClientIdentity NewIdentity(ClientId client)
    {
        RemoteBudget budget = new(_options.BytesPerRemoteMax)
        {
            BehindBytes = _options.BytesBehindMax,
            OnCaughtUp = () => _onCaughtUp?.Invoke(client),
            Total = _total,
            MakeRoom = MakeRoom,
        };
        ClientIdentity identity = new(budget, new LinkBacklog(LinkBacklog.ClientBytesMax, _backlogs));
        _identities.Add(client, identity);
        return identity;
    }

    private void Remove(SecureLink link)
    {
        lock (_gate) Forget(link);
    }

    /// <summary>Once the link has ended, or has given way.</summary>
    private void Forget(SecureLink link)
    {
        if (_links.Remove(link, out ClientIdentity? identity)) identity.Links.Remove(link);
    }
}
