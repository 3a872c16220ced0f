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
    private readonly HashSet<SecureLink> _links = [];
    // Kept for ever: what a client sent still counts when its links are gone. No more than there are admitted clients.
    private readonly Dictionary<ClientId, Identity> _identities = [];
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
            foreach (SecureLink link in _links) link.Close(LinkFault.Local);
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
        if (_links.Count >= _options.LinksMax)
            throw new LinkException(
                LinkFault.TooManyLinks,
                $"there are {_links.Count} client connections already, and more are not allowed.");
        if (_identities.TryGetValue(client, out Identity? identity) && identity.Links >= _options.LinksPerRemoteMax)
            throw new LinkException(
                LinkFault.TooManyLinks,
                $"{client} has {identity.Links} connections already, and more are not allowed to one identity.");
    }

    private async Task RunAsync(EstablishedLink established)
    {
        ClientId client = new(established.RemoteId);
        if (TryAdd(client, established, out Identity identity) is not { } link) return;
        ClientLink clientLink = new(client, link, identity.Backlog, identity.Budget, this, _sink);
        Counters.AddOpened();
        _monitor.Add(link);
        TransportLog.ClientUp(_logger, client);
        _sink.OnUp(clientLink);
        LinkFault fault = await link.RunAsync(clientLink).ConfigureAwait(false);
        _monitor.Remove(link);
        Remove(client, link);
        Counters.AddClosed();
        Counters.Add(fault);
        if (fault is LinkFault.Closed or LinkFault.Local) TransportLog.ClientDown(_logger, client, fault);
        else TransportLog.ClientFault(_logger, client, fault);
        _sink.OnDown(clientLink, fault);
    }

    /// <summary>
    /// Takes the link up, or drops it if another one took the last place while this one's handshake was under way.
    /// </summary>
    private SecureLink? TryAdd(ClientId client, EstablishedLink established, out Identity identity)
    {
        lock (_gate)
        {
            identity = _identities.GetValueOrDefault(client) ?? new Identity(
                new RemoteBudget(
                    _options.BytesPerRemoteMax, _options.BytesBehindMax, () => _onCaughtUp?.Invoke(client)));
            SecureLink link = new(established, _options, Counters, identity.Budget);
            if (_stopped || _links.Count >= _options.LinksMax || identity.Links >= _options.LinksPerRemoteMax)
            {
                link.Dispose();
                if (!_stopped) Counters.Add(LinkFault.TooManyLinks);
                return null;
            }
            identity.Links++;
            _identities[client] = identity;
            _links.Add(link);
            return link;
        }
    }

    private void Remove(ClientId client, SecureLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
            _identities[client].Links--;
        }
    }

    /// <summary>What the links of one identity share.</summary>
    private sealed class Identity(RemoteBudget budget)
    {
        public RemoteBudget Budget { get; } = budget;
        public LinkBacklog Backlog { get; } = new(LinkBacklog.ClientBytesMax);
        public int Links { get; set; }
    }
}
