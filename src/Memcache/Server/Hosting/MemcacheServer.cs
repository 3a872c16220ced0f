using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using BftCloud.Primitives;
using Memcache.Server.Hosting;
using Memcache.Server.Protocol;
using Memcache.Server.Store;
using Microsoft.Extensions.Logging;

namespace Memcache;

/// <summary>
/// A volatile cache for every client of memcached, by its text and meta protocols. It never takes more memory for items
/// than it was given.
/// </summary>
public sealed class MemcacheServer : IAsyncDisposable
{
    /// <summary>Descriptors left for files, and for connections that are being refused.</summary>
    private const int OwnFiles = 32;

    private const int Backlog = 1024;
    private static readonly TimeSpan TickTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AcceptBackOff = TimeSpan.FromMilliseconds(50);

    private readonly MemcacheServerOptions _options;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly UserList? _users;
    private readonly SharedStore _store;
    private readonly EventLoop[] _loops;
    private readonly ServerMetrics _metrics;
    private readonly ServerFacts _facts;
    private readonly ITimer _ticks;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, (CacheConnection Connection, Task Task)> _connections = new();
    private Task _accepting = Task.CompletedTask;
    private long _accepted, _refused;
    private uint _crawledAt;
    private int _open, _stopped;

    private MemcacheServer(Socket listener, MemcacheServerOptions options, UserList? users)
    {
        (_listener, _options, _users) = (listener, options, users);
        _logger = options.LoggerFactory.CreateLogger<MemcacheServer>();
        EndPoint = listener.LocalEndPoint!;
        ConnectionsMax = OpenFileLimit.ConnectionsThatFit(options.ConnectionsMax, OwnFiles);
        // The operating system's randomness, as the generator for keys has it, without the library behind that one.
        Guid secret = Guid.NewGuid();
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<Guid, ulong>(MemoryMarshal.CreateReadOnlySpan(in secret, 1));
        _store = new SharedStore(
            new StoreOptions
            {
                Bytes = options.MemoryBytes, ItemBytesMax = options.ItemBytesMax, Evicts = options.Evicts,
                HashKey = (halves[0], halves[1]),
            },
            options.TimeProvider);
        _loops = [.. Enumerable.Range(0, options.Threads).Select(static number => new EventLoop(number))];
        _metrics = new ServerMetrics(_store, () => Connections, () => Interlocked.Read(ref _accepted));
        _facts = new ServerFacts(this, options, _loops, _store);
        _ticks = options.TimeProvider.CreateTimer(static server => ((MemcacheServer)server!).Tick(), this, TickTime,
            TickTime);
        if (ConnectionsMax < options.ConnectionsMax)
            ServerLog.FewDescriptors(_logger, options.ConnectionsMax, ConnectionsMax);
        if (users is null && EndPoint is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address))
            ServerLog.Unprotected(_logger, EndPoint);
        ServerLog.Started(_logger, EndPoint, options.MemoryBytes >> 20, options.Threads, ConnectionsMax);
    }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>
    /// The most connections at a time: <see cref="MemcacheServerOptions.ConnectionsMax"/>, or as many as this process
    /// may open files for.
    /// </summary>
    public int ConnectionsMax { get; }

    /// <summary>Connections served now.</summary>
    public int Connections => Volatile.Read(ref _open);

    internal long ConnectionsAccepted => Interlocked.Read(ref _accepted);

    internal long ConnectionsRefused => Interlocked.Read(ref _refused);

    /// <summary>The connections served now, with their numbers.</summary>
    internal IEnumerable<(long Number, CacheConnection Connection)> All =>
        _connections.Select(static c => (c.Key, c.Value.Connection));

    /// <summary>Begins to serve.</summary>
    /// <param name="options">How to serve; by default on port 11211 of this machine alone, with 64 MiB.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds, or the user file is none.</exception>
    /// <exception cref="SocketException">It cannot listen there: the address is in use, or not of this
    /// machine.</exception>
    public static MemcacheServer Start(MemcacheServerOptions? options = null)
    {
        options ??= new MemcacheServerOptions();
        options.Check();
        UserList? users = options.Users is null ? null : new UserList();
        if (users?.TryParse(options.Users, out int line) == false)
            throw new ArgumentException(
                $"Line {line} of the user file is no user. Write 'user:password' on each line, for at most "
                + $"{UserList.CountMax} users.");
        Socket listener = Listen(options);
        MemcacheServer server = new(listener, options, users);
        server._accepting = server.AcceptAsync();
        return server;
    }

    /// <summary>Closes all connections, and forgets all items.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await _ticks.DisposeAsync().ConfigureAwait(false);
        foreach ((CacheConnection connection, _) in _connections.Values) connection.Dispose();
        await Task.WhenAll(_connections.Values.Select(static c => c.Task)).ConfigureAwait(false);
        foreach (EventLoop loop in _loops) loop.Dispose();
        _metrics.Dispose();
        _store.Dispose();
        _stop.Dispose();
        if (_options.SocketPath is { } path) File.Delete(path);
        ServerLog.Stopped(_logger, EndPoint, _accepted);
    }

    private static Socket Listen(MemcacheServerOptions options)
    {
        EndPoint address = options.SocketPath is { } path ? new UnixDomainSocketEndPoint(path) : options.Listen!;
        Socket listener = new(
            address.AddressFamily, SocketType.Stream,
            options.SocketPath is null ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (options.SocketPath is { } file) DeleteSocket(file);
            listener.Bind(address);
            if (options.SocketPath is { } bound && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(
                    bound, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            listener.Listen(Backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Deletes the socket that a server before left: no file, and no socket on which another server answers.
    /// </summary>
    private static void DeleteSocket(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(path)) return;
        using (Microsoft.Win32.SafeHandles.SafeFileHandle? file = UnlockedFile.TryOpen(path))
        {
            if (file is not null) return;
        }
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
    }

    private void Tick()
    {
        _store.Tick();
        uint now = _store.Now;
        if (now == _crawledAt) return;
        _crawledAt = now;
        _store.Crawl();
        if (_options.IdleTimeout <= TimeSpan.Zero) return;
        foreach ((CacheConnection connection, _) in _connections.Values)
        {
            if (now - connection.ActiveAt >= _options.IdleTimeout.TotalSeconds) connection.CloseInTurn();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Take(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (_stop.IsCancellationRequested
                && e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the peer was gone already: this connection is lost, the next may not be.
                ServerLog.NotAccepted(_logger, e.Message);
                await Task.Delay(AcceptBackOff, _options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Take(Socket socket)
    {
        try
        {
            if (Connections < ConnectionsMax) Serve(socket);
            else Refuse(socket);
        }
#pragma warning disable CA1031 // A connection that fails ends alone, and the log tells of it.
        catch (Exception e)
        {
            // Some errors of the connection come with its first options.
            if (e is not SocketException) ServerLog.Failed(_logger, e);
            socket.Dispose();
        }
#pragma warning restore CA1031
    }

    private void Refuse(Socket socket)
    {
        Interlocked.Increment(ref _refused);
        socket.Blocking = false;
        socket.Send("ERROR Too many open connections\r\n"u8, SocketFlags.None, out _);
        socket.Dispose();
    }

    private void Serve(Socket socket)
    {
        if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
        long number = Interlocked.Increment(ref _accepted);
        EventLoop loop = _loops[number % _loops.Length];
        CacheConnection connection = new(
            socket, loop, _store, _store.NewSession(_facts, _users), _options.CommandsPerTurn);
        Interlocked.Increment(ref _open);
        FirstTurn turn = new();
        _connections[number] = (connection, ServeAsync(connection, number, turn.Began));
        loop.Reactor.Schedule(turn);
    }

    private async Task ServeAsync(CacheConnection connection, long number, Task began)
    {
        await began.ConfigureAwait(false);
        try
        {
            await (_options.Certificate is null
                ? connection.RunAsync()
                : RunEncryptedAsync(connection)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The client has left, or is no client, or the server stops.
        }
#pragma warning disable CA1031 // A connection that fails ends alone, and the log tells of it.
        catch (Exception e)
        {
            ServerLog.Failed(_logger, e);
        }
#pragma warning restore CA1031
        finally
        {
            Interlocked.Decrement(ref _open);
            _connections.TryRemove(number, out _);
        }
    }

    /// <summary>A method of its own: without a certificate the library of encryption is not even loaded.</summary>
    private async Task RunEncryptedAsync(CacheConnection connection)
    {
        try
        {
            await connection.RunAsync(_options.Certificate!, HandshakeTimeout).ConfigureAwait(false);
        }
        catch (AuthenticationException)
        {
            // It is no client of TLS.
        }
    }
}
