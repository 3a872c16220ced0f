using System.Runtime.CompilerServices;
using BftCloud.Primitives;
using DepSky.Client;
using DepSky.Protocol;

namespace DepSky;

/// <summary>
/// Reads and writes units: objects of any size, spread over 3f+1 clouds of which f may be faulty in any way (Bessani,
/// Correia, Quaresma, André, Sousa: DepSky, EuroSys 2011 and ACM TOS 2013). A read returns the last version that was
/// complete when it began, or a later one, or says why not. A write is one of one writer at a time per unit; if there
/// may be several, they take the unit's lock. Thread-safe. All operations fail with <see cref="DepSkyException"/>, or
/// with <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class DepSkyClient : IAsyncDisposable
{
    /// <summary>How many units are worked on at a time where all are: each takes a block of every cloud.</summary>
    private const int UnitsAhead = 12;

    /// <summary>How many units are looked up at a time where they are only listed.</summary>
    private const int ListedAhead = 16;

    private readonly ClientContext _context;
    private readonly DepSkyOptions _options;

    /// <summary>A client of these clouds. Nothing is asked of them yet.</summary>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">The options cannot work; the message says why.</exception>
    public DepSkyClient(DepSkyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _context = new ClientContext(options);
    }

    /// <summary>Writes a new version.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="content">Its content, read to its end.</param>
    /// <param name="options">How to write; may be null.</param>
    /// <param name="cancellationToken">Gives up; readers then go on with the version before.</param>
    public Task<ObjectDescription> PutAsync(
        string unit, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return WriteAsync(unit, content, options, cancellationToken);
    }

    /// <summary>
    /// Removes a unit: writes a version that says so. Its content is deleted as any superseded version is.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="options">How to write; may be null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnitNotFoundException">There is no such unit.</exception>
    public async Task RemoveAsync(
        string unit, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        await StatAsync(unit, cancellationToken).ConfigureAwait(false);
        await WriteAsync(unit, null, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the last version, piece by piece: each is at most a segment, authentic, and valid until the next is asked
    /// for.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="range">Which part of it; all by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnitNotFoundException">There is no such unit.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        string unit, ContentRange range = default, CancellationToken cancellationToken = default) =>
        new ReadInAnyOrder(_context, unit).RunAsync(range, cancellationToken);

    /// <summary>Copies the last version into a stream.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="destination">Where its bytes go. If the operation fails, some may have gone there: all of them are
    /// authentic.</param>
    /// <param name="range">Which part of it; all by default.</param>
    /// <param name="progress">Told how many bytes have gone there so far; may be null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Which version it was.</returns>
    /// <exception cref="UnitNotFoundException">There is no such unit.</exception>
    public async Task<ObjectDescription> GetAsync(
        string unit, Stream destination, ContentRange range = default,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ReadInAnyOrder operation = new(_context, unit);
        long copied = 0;
        await foreach (
            ReadOnlyMemory<byte> piece in operation.RunAsync(range, cancellationToken).ConfigureAwait(false))
        {
            await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            progress?.Report(copied += piece.Length);
        }
        return operation.Description!;
    }

    /// <summary>What is known of the last version.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnitNotFoundException">There is no such unit.</exception>
    public async Task<ObjectDescription> StatAsync(string unit, CancellationToken cancellationToken = default)
    {
        UnitLayout layout = await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false);
        (ObjectMetadata? metadata, IReadOnlyList<CloudProblem> problems) =
            await new ReadOperation(_context, layout).StatAsync(cancellationToken).ConfigureAwait(false);
        if (metadata is not { IsDeleted: false })
            throw new UnitNotFoundException(
                $"There is no unit '{unit}'{(metadata is null ? "" : ": it was removed")}. "
                + "'ls' names those that there are.");
        return _context.Describe(metadata, problems);
    }

    /// <summary>
    /// The units that are there, in the order of their places in clouds: of their names, a part before what it begins.
    /// One that clouds name, but that cannot be read, is left out. They are named as they are found, and memory is
    /// bounded.
    /// </summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<ObjectDescription> ListAsync(
        string prefix = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return AllAsync(
            prefix, ListedAhead, withRemoved: false,
            (_, found, _) => Task.FromResult(_context.Describe(found.Metadata, found.Problems)), cancellationToken);
    }

    /// <summary>Deletes what of a unit no reader needs any more: versions that were superseded for longer than
    /// <see cref="DepSkyOptions.Retention"/> and are not being read, and what is left of writes that were never
    /// completed. Writes do this by themselves, in the background.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Gives up; what was begun can be continued at any time.</param>
    /// <returns>How many versions and unfinished writes were deleted.</returns>
    public async Task<int> CollectGarbageAsync(string unit, CancellationToken cancellationToken = default) =>
        await new CollectOperation(
            _context, await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false))
            .RunAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads all that clouds have of the last version, and compares it with what the writer signed.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told how many bytes of blocks are checked so far; may be null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<VerificationReport> VerifyAsync(
        string unit, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        await new RepairOperation(
            _context, await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false))
            .VerifyAsync(progress, cancellationToken).ConfigureAwait(false);

    /// <summary>Verifies, and computes and stores again what clouds lack or have damaged. After one cloud was replaced
    /// by another, which has nothing yet, this gives it all that it should have. Needs neither the writer key nor the
    /// reader key; readers go on meanwhile.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told how many bytes of blocks are checked so far; may be null.</param>
    /// <param name="cancellationToken">Gives up; what was mended stays so.</param>
    public async Task<VerificationReport> RepairAsync(
        string unit, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        await new RepairOperation(
            _context, await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false))
            .RepairAsync(progress, cancellationToken).ConfigureAwait(false);

    /// <summary>Verifies all units, several at a time, in the order of <see cref="ListAsync"/>.</summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<VerificationReport> VerifyAllAsync(
        string prefix = "", CancellationToken cancellationToken = default) =>
        AllAsync(
            prefix, UnitsAhead, withRemoved: false,
            (unit, found, token) =>
                new RepairOperation(_context, unit.Layout).VerifyAsync(null, token, found.Metadata),
            cancellationToken);

    /// <summary>Repairs all units, several at a time, in the order of <see cref="ListAsync"/>.</summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="cancellationToken">Gives up; what was mended stays so.</param>
    public IAsyncEnumerable<VerificationReport> RepairAllAsync(
        string prefix = "", CancellationToken cancellationToken = default) =>
        AllAsync(
            prefix, UnitsAhead, withRemoved: false,
            (unit, found, token) =>
                new RepairOperation(_context, unit.Layout).RepairAsync(null, token, found.Metadata),
            cancellationToken);

    /// <summary>
    /// Collects the garbage of all units, removed ones too, several at a time. Each number is how many versions and
    /// unfinished writes of a unit were deleted.
    /// </summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="cancellationToken">Gives up; what was begun can be continued at any time.</param>
    public IAsyncEnumerable<int> CollectAllGarbageAsync(
        string prefix = "", CancellationToken cancellationToken = default) =>
        AllAsync(
            prefix, UnitsAhead, withRemoved: true,
            (unit, _, token) => new CollectOperation(_context, unit.Layout).RunAsync(token, unit.Known),
            cancellationToken);

    /// <summary>
    /// Deletes what writers that died left aside in clouds, under no name. It stays for the retention and twice the
    /// time that a call may take: until then a writer may be at it. A cloud that fails is told by
    /// <see cref="CloudReports"/>.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How much was deleted.</returns>
    public Task<int> SweepAsync(CancellationToken cancellationToken = default) =>
        new SweepOperation(_context).RunAsync(cancellationToken);

    /// <summary>
    /// What clouds refused or failed at since this client was made, also where it was made up for; all clouds, in
    /// their order.
    /// </summary>
    public IReadOnlyList<CloudReport> CloudReports => _context.Log.Reports();

    /// <summary>Takes the unit's lock: for writers that may meet others. Readers need none.</summary>
    /// <param name="unit">The unit; it need not exist yet.</param>
    /// <param name="lease">How long others wait for it after a crash: at least 3 s, 30 s by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock; it is given back when disposed of.</returns>
    /// <exception cref="UnitLockedException">Another writer has it. Wait for a random time before trying
    /// again.</exception>
    public async Task<UnitLock> LockAsync(
        string unit, TimeSpan? lease = null, CancellationToken cancellationToken = default)
    {
        TimeSpan length = lease ?? TimeSpan.FromSeconds(30);
        if (length < TimeSpan.FromSeconds(3) || length > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(lease), "A lease lasts for 3 seconds to an hour.");
        UnitLayout layout = await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false);
        LockOperation operation = new(_context, layout, WriterKey);
        await operation.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        return new UnitLock(operation, _options.TimeProvider, length);
    }

    /// <summary>
    /// Waits for what still goes on in the background, for a few seconds at most: records that slower clouds are still
    /// getting.
    /// </summary>
    public Task DrainAsync() => _context.Services.Stragglers.DrainAsync();

    /// <summary>
    /// Waits for what still goes on in the background, for a second at most, and disposes of the clouds.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _context.Services.Stragglers.DisposeAsync().ConfigureAwait(false);
        foreach (ICloud cloud in _options.Clouds) await cloud.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Does something with every unit that is genuine, several at a time.</summary>
    private async IAsyncEnumerable<T> AllAsync<T>(
        string prefix, int ahead, bool withRemoved,
        Func<FoundUnit, (ObjectMetadata Metadata, IReadOnlyList<CloudProblem> Problems), CancellationToken, Task<T>>
            work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        UnitMerge units = new(_context, prefix);
        IAsyncEnumerable<T[]> results = OrderedAhead.RunAsync(
            units.RunAsync(cancellationToken), ahead,
            async (unit, token) =>
            {
                (ObjectMetadata? metadata, IReadOnlyList<CloudProblem> problems) = await new ReadOperation(
                    _context, unit.Layout).StatAsync(token, unit.Known).ConfigureAwait(false);
                if (metadata is null) units.NoteMadeUp(unit);
                return metadata is null || (metadata.IsDeleted && !withRemoved)
                    ? []
                    : (T[])[await work(unit, (metadata, problems), token).ConfigureAwait(false)];
            },
            cancellationToken);
        await foreach (T[] result in results.ConfigureAwait(false))
        {
            if (result.Length > 0) yield return result[0];
        }
    }

    private KeyPair WriterKey =>
        _options.WriterKey ?? throw new DepSkyException(
            "This client has no writer key, so it only reads. Give it the unit's writer key to write.");

    private async Task<ObjectDescription> WriteAsync(
        string unit, Stream? content, PutOptions? options, CancellationToken cancellationToken)
    {
        KeyPair writer = WriterKey;
        if (options?.Lock is UnitLock held && held.Unit != unit)
            throw new ArgumentException($"The lock is on '{held.Unit}', not on '{unit}'.", nameof(options));
        UnitLayout layout = await _context.LayoutOfAsync(unit, cancellationToken).ConfigureAwait(false);
        WriteOperation operation = new(_context, layout, writer, options ?? new PutOptions());
        ObjectDescription written = options?.ResumeFile is not null && content is not null
            ? await operation.RunResumableAsync(content, cancellationToken).ConfigureAwait(false)
            : await operation.RunAsync(content, null, cancellationToken).ConfigureAwait(false);
        if (operation.FoundOthers)
            _context.Services.Stragglers.AddCollection(token => new CollectOperation(_context, layout).RunAsync(token));
        return written;
    }
}
