using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>Accepts connections on one port and takes them through the handshake.</summary>
internal sealed class LinkListener : IAsyncDisposable
{
    private const int Backlog = 512;

    /// <summary>After a failure to accept, for instance because the process has no file descriptor left.</summary>
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Reactor _reactor;
    private readonly Socket _socket;
    private readonly Socket? _localSocket;
    private readonly LinkPort _port;
    private readonly LinkCredentials _credentials;
    private readonly LinkOptions _options;
    private readonly LinkCounters _counters;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly RefusalLog _refusals;
    private readonly RefusedConnections _refused;
    private readonly TaskScope _tasks = new();
    private readonly CancellationTokenSource _stop = new();

    // Connections in the handshake, oldest first. Guarded by itself.
    private readonly LinkedList<ReactorSocket> _halfOpen = [];

    public LinkListener(
        EndPoint listen, LinkPort port, LinkCredentials credentials, LinkOptions options, LinkCounters counters,
        ILogger logger, TimeProvider time, Reactor reactor)
    {
        (
            _port, _credentials, _options, _counters, _logger, _time, _reactor) = (port, credentials, options, counters,
            logger, time, reactor);
        _refusals = new RefusalLog(port, counters, logger, time);
        _refused = new RefusedConnections(options, time);
        IPEndPoint address = Resolve(listen);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException(
                $"Cannot listen on {listen}: {e.Message}. Check the address in cluster.json, "
                + $"and that no other process has it: ss -ltnp 'sport = :{address.Port}'", e);
        }
        if (options.LocalShortcut) _localSocket = LocalShortcut.TryListen(LocalEndPoint, Backlog);
    }

    /// <summary>The TCP address.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Begins to accept.</summary>
    /// <param name="admit">Throws a <see cref="LinkException"/> if the node with this id and key may not have a link
    /// now.</param>
    /// <param name="run">Runs an established link to its end.</param>
    public void Start(Action<int> admit, Func<EstablishedLink, Task> run)
    {
        _tasks.Run(() => AcceptAsync(_socket, admit, run));
        if (_localSocket is not null) _tasks.Run(() => AcceptAsync(_localSocket, admit, run));
    }

    /// <summary>
    /// Stops accepting and drops connections in the handshake; completes when all links that were run have ended.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        _localSocket?.Dispose();
        lock (_halfOpen)
        {
            foreach (ReactorSocket socket in _halfOpen.ToArray()) socket.Dispose();
        }
        await _tasks.EndAsync().ConfigureAwait(false);
        _stop.Dispose();
        _refused.Dispose();
    }

    private async Task AcceptAsync(Socket listener, Action<int> admit, Func<EstablishedLink, Task> run)
    {
        while (true)
        {
            try
            {
                await _refused.RoomAsync(_stop.Token).ConfigureAwait(false);
                Socket socket = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _tasks.Run(() => HandleAsync(socket, admit, run));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException
                && _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                TransportLog.CannotAccept(_logger, _port, e.Message);
                await Task.Delay(AcceptRetryDelay, _time, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HandleAsync(Socket accepted, Action<int> admit, Func<EstablishedLink, Task> run)
    {
        ReactorSocket socket = new(_reactor, accepted);
        if (await TryRespondAsync(socket, accepted, admit).ConfigureAwait(false) is { } established)
            await run(established).ConfigureAwait(false);
        else
            await _refused.KeepAsync(socket, _stop.Token).ConfigureAwait(false);
    }

    /// <summary>Null if the handshake failed.</summary>
    private async Task<EstablishedLink?> TryRespondAsync(ReactorSocket socket, Socket accepted, Action<int> admit)
    {
        EndPoint? remote = null;
        LinkedListNode<ReactorSocket> node = AddHalfOpen(socket);
        using CancellationTokenSource deadline = new(_options.HandshakeTimeout, _time);
        try
        {
            if (accepted.ProtocolType == ProtocolType.Tcp) accepted.NoDelay = true;
            remote = accepted.RemoteEndPoint;
            using CancellationTokenRegistration _ = socket.DisposeWhen(deadline.Token);
            return await LinkHandshake.RespondAsync(socket, _credentials, _port, admit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or SocketException or ObjectDisposedException)
        {
            Refuse(remote, e, deadline.IsCancellationRequested);
            return null;
        }
        finally
        {
            RemoveHalfOpen(node);
        }
    }

    private void Refuse(EndPoint? remote, Exception reason, bool isLate)
    {
        if (reason is LinkException e) _refusals.Add(remote, e.Fault, e.Message);
        else if (isLate)
            _refusals.Add(
                remote, LinkFault.HandshakeTimeout,
                $"its handshake was not complete within {_options.HandshakeTimeout.TotalSeconds} seconds.");
        else _refusals.Add(remote, LinkFault.Closed, reason.Message);
    }

    private LinkedListNode<ReactorSocket> AddHalfOpen(ReactorSocket socket)
    {
        ReactorSocket? oldest = null;
        LinkedListNode<ReactorSocket> node;
        lock (_halfOpen)
        {
            if (_halfOpen.Count >= _options.HalfOpenMax)
            {
                oldest = _halfOpen.First!.Value;
                _halfOpen.RemoveFirst();
            }
            node = _halfOpen.AddLast(socket);
            if (_stop.IsCancellationRequested) socket.Dispose();
        }
        if (oldest is not null)
        {
            _refusals.Add(
                null, LinkFault.TooManyHalfOpen,
                $"more than {_options.HalfOpenMax} handshakes are under way; the oldest was dropped.");
            oldest.Dispose();
        }
        return node;
    }

    private void RemoveHalfOpen(LinkedListNode<ReactorSocket> node)
    {
        lock (_halfOpen)
        {
            if (node.List is not null) _halfOpen.Remove(node);
        }
    }

    private static IPEndPoint Resolve(EndPoint endPoint)
    {
        if (endPoint is IPEndPoint address) return address;
        DnsEndPoint name = (DnsEndPoint)endPoint;
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(name.Host)[0], name.Port);
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"Cannot listen on {name.Host}:{name.Port}: the name has no address here ({e.Message}). "
                + "Check the address in cluster.json.", e);
        }
    }
}
