using BftSmr.Client;

namespace BftSmr;

/// <summary>
/// Links to all replicas of a cluster, shared by any number of sessions: for gateways and servers that act for many
/// users. Survives restarts of replicas and broken links by itself. Safe for any number of threads.
/// </summary>
public sealed class BftConnection : IAsyncDisposable
{
    private readonly ConnectionLoop _loop;
    private readonly BftClientOptions _options;
    private int _disposed;

    internal BftConnection(BftClientOptions options, ConnectionLoop loop) => (_options, _loop) = (options, loop);

    /// <summary>Connects to a cluster; waits until a quorum of replicas can be reached.</summary>
    /// <param name="options">The client, its key and its cluster.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="BftTimeoutException">Too few replicas could be reached within
    /// <see cref="BftClientOptions.ConnectTimeout"/>.</exception>
    public static async Task<BftConnection> ConnectAsync(
        BftClientOptions options, CancellationToken cancellationToken = default)
    {
        BftConnection connection = Start(options);
        try
        {
            await connection.Wait(connection._loop.Connected, "connect", cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return connection;
    }

    /// <summary>
    /// Opens a session on this connection. Disposing the client closes the session, not the connection.
    /// </summary>
    /// <exception cref="BftTimeoutException">The session was not open within
    /// <see cref="BftClientOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="BftSessionExpiredException">The replicas refuse the session: this machine's clock is
    /// behind.</exception>
    /// <exception cref="ObjectDisposedException">The connection has been disposed.</exception>
    public Task<BftClient> OpenSessionAsync(CancellationToken cancellationToken = default) =>
        OpenSession(owned: null, cancellationToken);

    /// <summary>
    /// Closes all sessions - what is under way fails with <see cref="BftClientClosedException"/> - and the links.
    /// </summary>
    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _disposed, 1) == 0 ? _loop.DisposeAsync() : ValueTask.CompletedTask;

    internal static BftConnection Start(BftClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return Start(
            options, new ConnectionLoop(options, sink => ClientLinks.Create(options, sink), ClientLoad.OfProcess));
    }

    internal static BftConnection Start(BftClientOptions options, ConnectionLoop loop)
    {
        loop.Start();
        return new BftConnection(options, loop);
    }

    internal BftClient BeginSession(BftConnection? owned) => new(_loop.OpenSession(), _options, owned);

    internal async Task<BftClient> OpenSession(BftConnection? owned, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ClientSession session = _loop.OpenSession();
        try
        {
            await Wait(session.Opened, "open a session", cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _loop.CloseSession(session).ConfigureAwait(false);
            throw;
        }
        return new BftClient(session, _options, owned);
    }

    private async Task Wait(Task task, string what, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(
                _options.ConnectTimeout, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new BftTimeoutException(
                $"Could not {what} within {_options.ConnectTimeout}: {_loop.Quorums.Connect} of "
                + $"{_loop.Quorums.Replicas} replicas must be running and reachable. {_loop.Describe()} "
                + "Start the replicas, check their addresses in cluster.json, or allow more time.",
                mayHaveExecuted: false);
        }
    }
}
