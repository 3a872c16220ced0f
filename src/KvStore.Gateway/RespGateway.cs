using System.Security.Cryptography;
using System.Text;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace KvStore.Gateway;

/// <summary>
/// What all connections of a server share: the ways to the store, the password, the cursors, and what is counted.
/// </summary>
internal sealed class RespGateway
{
    private readonly byte[]? _password;
    private readonly OperationLane _ordered, _reads;
    private readonly ReadService _readService;
    private readonly CancellationToken _stopping;
    private readonly long _startedAt;
    private long _lastId, _commands, _connectionsTotal, _connectionsRefused, _connectionsTooSlow;
    private int _connections;

    public RespGateway(
        IReplicatedService service, RespServerOptions options, RespCommandTable known, CancellationToken stopping)
    {
        Known = known;
        Options = options;
        ClientsMax = options.ClientsMax;
        OperationBytesMax = service.OperationBytesMax;
        FaultsMax = service.FaultsMax;
        Port = options.Listen.Port;
        ReplyMemory = new ReplyMemory(options.ReplyBytesKeptMax, options.TimeProvider);
        Logger = options.LoggerFactory.CreateLogger("KvStore.Gateway");
        Notices = new RareNotices(options.TimeProvider);
        _stopping = stopping;
        _password = options.Password is null ? null : Encoding.UTF8.GetBytes(options.Password);
        _readService = new ReadService(service, options.TimeProvider);
        Blocked = new BlockedClients(this);
        int groupBytesMax = Math.Min(RespLimits.BatchBytesMax, CommandBytesMax);
        _ordered = new OperationLane(
            (operation, token) => new(service.InvokeAsync(operation, token)),
            options.OperationsUnderWayMax, groupBytesMax, stopping, operation => Blocked.Notice(operation));
        _reads = new OperationLane(_readService.ReadAsync, options.OperationsUnderWayMax, groupBytesMax, stopping);
        _startedAt = options.TimeProvider.GetTimestamp();
    }

    public RespServerOptions Options { get; }
    public ILogger Logger { get; }

    /// <summary>Which log lines, of those that a client can bring about, are due.</summary>
    public RareNotices Notices { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; init; }

    /// <summary>The most connections at a time.</summary>
    public int ClientsMax { get; init; }

    /// <summary>The longest operation that the cluster takes, bytes.</summary>
    public int OperationBytesMax { get; }

    /// <summary>How many replicas may be faulty: one more gave each reply alike.</summary>
    public int FaultsMax { get; }

    /// <summary>The longest command of an operation, bytes.</summary>
    public int CommandBytesMax => OperationBytesMax - 2 * CanonicalFormat.HeaderBytesMax;

    /// <summary>Replies that clients have not taken yet.</summary>
    public ReplyMemory ReplyMemory { get; }

    /// <summary>The commands that it knows.</summary>
    public RespCommandTable Known { get; }

    public ScanCursors Cursors { get; } = new();

    /// <summary>The connections now.</summary>
    public RespClients Clients { get; } = new();

    /// <summary>Scripts that were sent.</summary>
    public ScriptCache Scripts { get; } = new();

    /// <summary>Clients whose commands wait.</summary>
    public BlockedClients Blocked { get; }

    public TimeSpan Uptime => Options.TimeProvider.GetElapsedTime(_startedAt);
    public bool AsksForPassword => _password is not null;
    public int Connections => Volatile.Read(ref _connections);
    public long ConnectionsTotal => Interlocked.Read(ref _connectionsTotal);
    public long ConnectionsRefused => Interlocked.Read(ref _connectionsRefused);
    public long ConnectionsTooSlow => Interlocked.Read(ref _connectionsTooSlow);
    public long Commands => Interlocked.Read(ref _commands);

    public bool IsPassword(ReadOnlySpan<byte> password) =>
        _password is not null
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(password), SHA256.HashData(_password));

    /// <summary>Executes commands in order; a read only if all of them are reads.</summary>
    public void Submit(RespSubmission submission, bool onlyReads) => (onlyReads ? _reads : _ordered).Submit(submission);

    /// <summary>One read of its own.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ReadOnlyMemory<byte> operation) =>
        _readService.ReadAsync(operation, _stopping);

    public void CountCommands(int count) => Interlocked.Add(ref _commands, count);

    /// <summary>Counts a connection in and gives it a number. False if there are too many.</summary>
    public bool TryEnter(out long id)
    {
        id = Interlocked.Increment(ref _lastId);
        if (Interlocked.Increment(ref _connections) <= ClientsMax)
        {
            Interlocked.Increment(ref _connectionsTotal);
            return true;
        }
        Leave();
        Interlocked.Increment(ref _connectionsRefused);
        return false;
    }

    /// <summary>Counts a connection that is closed as it takes too few of its replies.</summary>
    public void CountTooSlow() => Interlocked.Increment(ref _connectionsTooSlow);

    public void Leave() => Interlocked.Decrement(ref _connections);
}
