using BftSmr.Client;
using BftSmr.Client.Core;

namespace BftSmr;

/// <summary>
/// A client of a replicated service. Every result is one that at least f+1 replicas agree on, so no f faulty ones can
/// forge it. Operations of one client execute in the order of the calls; many may be under way at a time. Survives
/// leader changes, restarts and broken links by itself; never waits longer than its deadline. Safe for any number of
/// threads.
/// </summary>
public sealed class BftClient : IAsyncDisposable
{
    private readonly ClientSession _session;
    private readonly BftClientOptions _options;
    private readonly BftConnection? _owned;
    private int _disposed;

    internal BftClient(ClientSession session, BftClientOptions options, BftConnection? owned)
    {
        _session = session;
        _options = options;
        _owned = owned;
    }

    /// <summary>
    /// Connects to a cluster, over links of its own, and opens a session. The replicas may be started later, within the
    /// timeout.
    /// </summary>
    /// <param name="options">The client, its key and its cluster.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="BftTimeoutException">The session was not open within
    /// <see cref="BftClientOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="BftSessionExpiredException">The replicas refuse the session: this machine's clock is
    /// behind.</exception>
    public static async Task<BftClient> ConnectAsync(
        BftClientOptions options, CancellationToken cancellationToken = default)
    {
        BftConnection connection = BftConnection.Start(options);
        try
        {
            return await connection.OpenSession(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A client with links and a session of its own that does not wait for them: operations wait until the replicas can
    /// be reached, each as long as its timeout.
    /// </summary>
    /// <param name="options">The client, its key and its cluster.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static BftClient Start(BftClientOptions options)
    {
        BftConnection connection = BftConnection.Start(options);
        return connection.BeginSession(connection);
    }

    /// <summary>Orders and executes an operation. Returns the service's reply; linearizable.</summary>
    /// <param name="operation">The operation's bytes; must not change before the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait only: an operation that was sent already may still
    /// execute.</param>
    /// <exception cref="ArgumentException">The operation is larger than the cluster allows.</exception>
    /// <exception cref="BftNotPermittedException">The client has no right to commands.</exception>
    /// <exception cref="BftOperationFailedException">The service failed the operation.</exception>
    /// <exception cref="BftTimeoutException">The deadline passed; <see cref="BftException.MayHaveExecuted"/> tells
    /// whether it may execute.</exception>
    /// <exception cref="BftSessionExpiredException">The session was evicted while the operation was under
    /// way.</exception>
    /// <exception cref="BftReplyUnavailableException">It executed, but its reply cannot be had.</exception>
    /// <exception cref="BftOverloadedException">Too many operations are under way.</exception>
    /// <exception cref="BftClientClosedException">The client was disposed meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public Task<ReadOnlyMemory<byte>> InvokeAsync(
        ReadOnlyMemory<byte> operation, CancellationToken cancellationToken = default) =>
        Begin(OperationKind.Command, operation, _options.OperationTimeout, cancellationToken);

    /// <summary>
    /// As <see cref="InvokeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, with a timeout of this operation alone.
    /// </summary>
    /// <param name="operation">The operation's bytes; must not change before the task has completed.</param>
    /// <param name="timeout">How long it may take, from the call to its result.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public Task<ReadOnlyMemory<byte>> InvokeAsync(
        ReadOnlyMemory<byte> operation, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Begin(OperationKind.Command, operation, timeout, cancellationToken);

    /// <summary>
    /// Answers a query without ordering it, as long as enough replicas agree, and with ordering it otherwise.
    /// Linearizable either way: it sees every operation that completed before it began. Queries are not ordered with
    /// this client's own operations that are still under way.
    /// </summary>
    /// <param name="query">The query's bytes; must not change before the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The query is larger than the cluster allows.</exception>
    /// <exception cref="BftNotPermittedException">The client has no right to queries.</exception>
    /// <exception cref="BftOperationFailedException">The service failed the query.</exception>
    /// <exception cref="BftTimeoutException">The deadline passed.</exception>
    /// <exception cref="BftReplyUnavailableException">The answer is larger than the cluster allows.</exception>
    /// <exception cref="BftSessionExpiredException">No session could be opened: this machine's clock is
    /// behind.</exception>
    /// <exception cref="BftOverloadedException">Too many operations are under way.</exception>
    /// <exception cref="BftClientClosedException">The client was disposed meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public Task<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> query, CancellationToken cancellationToken = default) =>
        Begin(OperationKind.Query, query, _options.OperationTimeout, cancellationToken);

    /// <summary>
    /// As <see cref="QueryAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, with a timeout of this query alone.
    /// </summary>
    /// <param name="query">The query's bytes; must not change before the task has completed.</param>
    /// <param name="timeout">How long it may take, from the call to its result.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> query, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Begin(OperationKind.Query, query, timeout, cancellationToken);

    /// <summary>The longest operation that the cluster allows, bytes.</summary>
    public int OperationBytesMax => _options.Cluster.OperationBytesMax;

    /// <summary>How many replicas of the cluster may be faulty: f of the 3f+1, or of the 2f+1.</summary>
    public int FaultsMax => _options.Cluster.F;

    /// <summary>How many replicas its links reach now.</summary>
    public int ConnectedReplicas => _session.Loop.LinksUp;

    internal Quorums Quorums => _session.Loop.Quorums;

    /// <summary>
    /// Closes the session, and the links if they are its own. Operations under way fail with
    /// <see cref="BftClientClosedException"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _session.Loop.CloseSession(_session).ConfigureAwait(false);
        if (_owned is not null) await _owned.DisposeAsync().ConfigureAwait(false);
    }

    internal ClientSession Session => _session;

    private Task<ReadOnlyMemory<byte>> Begin(
        OperationKind kind, ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (payload.Length > _options.Cluster.OperationBytesMax)
            throw new ArgumentException(
                $"The operation has {payload.Length} bytes, but the cluster allows "
                + $"{_options.Cluster.OperationBytesMax} (operationBytesMax). Split it, or raise the limit in "
                + "cluster.json at all nodes.", nameof(payload));
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ReadOnlyMemory<byte>>(cancellationToken);
        if (!_session.TryEnter())
            return Task.FromException<ReadOnlyMemory<byte>>(new BftOverloadedException(
                $"{_options.PendingOperationsMax} operations of this client are under way or waiting. Await some of "
                + "them before beginning more, or raise PendingOperationsMax."));
        PendingOperation operation = new(
            _session, kind, payload, _session.Loop.NowMicros, timeout, _options.AllowSynchronousContinuations,
            OperationSpan.Begin(_options.TimeProvider));
        operation.CancelWith(cancellationToken);
        _session.Loop.PostBegin(operation);
        return operation.Task;
    }
}
