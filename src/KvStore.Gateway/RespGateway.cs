using System.Security.Cryptography;
using System.Text;

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
    private long _lastId, _commands, _connectionsTotal;
    private int _connections;

    public RespGateway(
        IReplicatedService service, RespServerOptions options, RespCommandTable known, CancellationToken stopping)
    {
        Known = known;
        Options = options;
        _stopping = stopping;
        _password = options.Password is null ? null : Encoding.UTF8.GetBytes(options.Password);
        _readService = new ReadService(service, options.TimeProvider);
        _ordered = new OperationLane(
            (operation, token) => new(service.InvokeAsync(operation, token)), options.OperationsUnderWayMax, stopping);
        _reads = new OperationLane(_readService.ReadAsync, options.OperationsUnderWayMax, stopping);
        StartedAt = options.TimeProvider.GetTimestamp();
    }

    public RespServerOptions Options { get; }

    /// <summary>The commands that it knows.</summary>
    public RespCommandTable Known { get; }

    public ScanCursors Cursors { get; } = new();
    public long StartedAt { get; }
    public bool AsksForPassword => _password is not null;
    public int Connections => Volatile.Read(ref _connections);
    public long ConnectionsTotal => Interlocked.Read(ref _connectionsTotal);
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
        if (Interlocked.Increment(ref _connections) <= Options.ClientsMax)
        {
            Interlocked.Increment(ref _connectionsTotal);
            return true;
        }
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _connections);
}
