using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Gateway.Commands;

namespace KvStore.Gateway;

/// <summary>
/// A gateway that speaks the protocol of Redis: redis-cli and the clients of Redis work on the replicated store. It is
/// a client of the cluster, not a back door to a replica: every reply is one that f+1 replicas agree on. Any number of
/// gateways may serve one cluster.
/// </summary>
public sealed class RespServer : IAsyncDisposable
{
    /// <summary>Descriptors left for links to replicas, files, and connections that are being refused.</summary>
    private const int OwnFiles = 64;

    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptBackOff = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly RespGateway _gateway;
    private readonly CancellationTokenSource _stopReading = new(), _stopOperations = new();
    private readonly ConcurrentDictionary<long, (Socket Socket, Task Task)> _connections = new();
    private Task _accepting = Task.CompletedTask;
    private int _stopped;

    private RespServer(Socket listener, IReplicatedService service, RespServerOptions options)
    {
        _listener = listener;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _gateway = new RespGateway(service, options, RespCommands.Table, _stopOperations.Token)
        {
            Port = EndPoint.Port,
            ClientsMax = OpenFileLimit.ConnectionsThatFit(options.ClientsMax, OwnFiles),
        };
        if (_gateway.ClientsMax < options.ClientsMax)
            GatewayLog.FewDescriptors(_gateway.Logger, options.ClientsMax, _gateway.ClientsMax);
        if (options.Password is null && !IPAddress.IsLoopback(EndPoint.Address))
            GatewayLog.Unprotected(_gateway.Logger, EndPoint);
        GatewayLog.Started(_gateway.Logger, EndPoint, _gateway.ClientsMax);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>
    /// The most connections at a time: <see cref="RespServerOptions.ClientsMax"/>, or as many as this process may open
    /// files for.
    /// </summary>
    public int ClientsMax => _gateway.ClientsMax;

    /// <summary>Connections served now.</summary>
    public int Connections => _gateway.Connections;

    /// <summary>Clients whose commands wait.</summary>
    internal BlockedClients Blocked => _gateway.Blocked;

    /// <summary>Begins to serve.</summary>
    /// <param name="client">The cluster, which runs the key-value store. Stays the caller's to dispose of, after the
    /// server.</param>
    /// <param name="options">How to serve; by default on port 6390 of this machine alone.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds, or the server would listen beyond this
    /// machine without a password: see <see cref="RespServerOptions.Unprotected"/>.</exception>
    /// <exception cref="SocketException">It cannot listen there: the address is in use, or not of this
    /// machine.</exception>
    public static RespServer Start(BftClient client, RespServerOptions? options = null) =>
        Start(new BftClientService(client ?? throw new ArgumentNullException(nameof(client))), options);

    internal static RespServer Start(IReplicatedService service, RespServerOptions? options = null)
    {
        options ??= new RespServerOptions();
        options.Check();
        Socket listener = new(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.Listen);
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        RespServer server = new(listener, service, options);
        server._accepting = server.AcceptAsync();
        return server;
    }

    /// <summary>
    /// Stops serving: takes no more connections and commands, answers what was read, then closes. Waits a few seconds
    /// at most.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        // The listener comes second: accepting that fails before it is to stop would begin a back-off.
        await _stopReading.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        Task all = Task.WhenAll(_connections.Values.Select(static c => c.Task));
        if (await Task.WhenAny(all, Task.Delay(GracePeriod, _gateway.Options.TimeProvider))
            .ConfigureAwait(false) != all)
        {
            await _stopOperations.CancelAsync().ConfigureAwait(false);
            foreach ((Socket socket, _) in _connections.Values) socket.Dispose();
        }
        await all.ConfigureAwait(false);
        await _gateway.Blocked.DisposeAsync().ConfigureAwait(false);
        _stopReading.Dispose();
        _stopOperations.Dispose();
        GatewayLog.Stopped(_gateway.Logger, EndPoint, _gateway.ConnectionsTotal, _gateway.Commands);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stopReading.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (!_stopReading.IsCancellationRequested)
            {
                // Out of descriptors, or the peer was gone already: this connection is lost, the next may not be.
                if (_gateway.Notices.IsDue(nameof(GatewayLog.NotAccepted)))
                    GatewayLog.NotAccepted(_gateway.Logger, e.Message);
                await Task.Delay(AcceptBackOff, _gateway.Options.TimeProvider, _stopReading.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            if (_gateway.TryEnter(out long id)) Serve(socket, id);
            else await RefuseAsync(socket).ConfigureAwait(false);
        }
    }

    private void Serve(Socket socket, long id)
    {
        socket.NoDelay = true;
        TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[id] = (socket, ServeAsync(socket, id, registered.Task));
        registered.SetResult();
    }

    private async Task ServeAsync(Socket socket, long id, Task registered)
    {
        await registered.ConfigureAwait(false);
        try
        {
            await new RespConnection(socket, _gateway, id).RunAsync(_stopReading.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException
            or OperationCanceledException or ObjectDisposedException)
        {
            // The client has left, or the server stops.
        }
#pragma warning disable CA1031 // A connection that fails ends alone, and the log tells of it.
        catch (Exception e)
        {
            GatewayLog.Failed(_gateway.Logger, e, id);
        }
#pragma warning restore CA1031
        finally
        {
            socket.Dispose();
            _gateway.Leave();
            _connections.TryRemove(id, out _);
        }
    }

    private async Task RefuseAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                if (_gateway.Notices.IsDue(nameof(GatewayLog.Refused)))
                    GatewayLog.Refused(
                        _gateway.Logger, socket.RemoteEndPoint, _gateway.ClientsMax, _gateway.ConnectionsRefused);
                await socket.SendAsync(
                    Encoding.ASCII.GetBytes($"-{RespErrors.TooManyClients}\r\n"),
                    SocketFlags.None).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // It is gone: as was to be.
            }
        }
    }
}
