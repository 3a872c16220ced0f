using System.Runtime.CompilerServices;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore;

/// <summary>
/// The replicated key-value store, as an application uses it. Everything is linearizable. Safe for any number of
/// threads; operations begun on one client take effect in that order, except that reads do not wait for writes still
/// under way. Besides <see cref="KvException"/>, every method throws what <see cref="BftClient"/> does;
/// <see cref="BftException.MayHaveExecuted"/> tells whether a write may have taken effect.
/// </summary>
public sealed class KvClient
{
    private const int ListPageLength = 1000;
    private const int OverheadBytes = 64;

    private readonly IReplicatedService _service;
    private readonly ReadService _reads;
    private readonly TimeProvider _clock;

    /// <summary>A client of the store that the cluster runs.</summary>
    /// <param name="client">The connection, which stays the caller's to dispose.</param>
    /// <param name="clock">Decides when a read has to look whether entries have expired; the machine's clock by
    /// default.</param>
    public KvClient(BftClient client, TimeProvider? clock = null)
        : this(new BftClientService(client ?? throw new ArgumentNullException(nameof(client))), clock) { }

    internal KvClient(IReplicatedService service, TimeProvider? clock = null)
    {
        _service = service;
        _clock = clock ?? TimeProvider.System;
        _reads = new ReadService(service, _clock);
    }

    /// <summary>The value of a key, or null.</summary>
    /// <exception cref="KvException">The key holds a hash, list or set.</exception>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(KvBytes key, CancellationToken cancellationToken = default) =>
        ReplyShape.Value(await _reads.ReadAsync(Of(Opcode.Get, key), cancellationToken).ConfigureAwait(false));

    /// <summary>The value of a key with its revision and expiry, or null.</summary>
    /// <exception cref="KvException">The key holds a hash, list or set.</exception>
    public async Task<KvVersioned?> GetVersionedAsync(KvBytes key, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> reply = await _reads.ReadAsync(
            Of(Opcode.GetEntry, key), cancellationToken).ConfigureAwait(false);
        CanonicalReader reader = ReplyShape.Begin(reply);
        if (reader.TryReadNil()) return null;
        if (!reader.TryReadArray(out int parts) || parts != 3) throw ReplyShape.Unexpected();
        ReadOnlyMemory<byte>? value = ReplyShape.Value(ref reader);
        if (value is null || !reader.TryReadInteger(out long revision)) throw ReplyShape.Unexpected();
        if (reader.TryReadNil()) return new KvVersioned(value.Value, revision, null);
        return reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out long micros)
            ? new KvVersioned(value.Value, revision, TimeOf(micros))
            : throw ReplyShape.Unexpected();
    }

    /// <summary>Whether there is such a key.</summary>
    public async Task<bool> ExistsAsync(KvBytes key, CancellationToken cancellationToken = default) =>
        ReplyShape.Integer(
            await _reads.ReadAsync(Of(Opcode.Exists, key), cancellationToken).ConfigureAwait(false)) == 1;

    /// <summary>Puts a value. False if the options' condition did not hold, and nothing was changed.</summary>
    /// <exception cref="KvException">Key or value is too long, or the store is full.</exception>
    public async Task<bool> PutAsync(
        KvBytes key, KvBytes value, KvPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        (WriteFlags flags, long micros) = FlagsOf(options);
        ByteBuffer operation = new(key.Memory.Length + value.Memory.Length + OverheadBytes);
        operation.WritePut(key.Span, value.Span, flags, micros);
        return ReplyShape.Done(
            await _service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Deletes a key. False if there was none.</summary>
    public async Task<bool> DeleteAsync(KvBytes key, CancellationToken cancellationToken = default) =>
        ReplyShape.Integer(
            await _service.InvokeAsync(Of(Opcode.Delete, key), cancellationToken).ConfigureAwait(false)) == 1;

    /// <summary>Deletes keys, as one. Returns how many there were.</summary>
    public async Task<long> DeleteAsync(
        IReadOnlyCollection<KvBytes> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) return 0;
        ByteBuffer operation = new();
        operation.Begin(Opcode.Delete, keys.Count);
        foreach (KvBytes key in keys) operation.WriteBinary(key.Span);
        return ReplyShape.Integer(
            await _service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Replaces what a key holds - or deletes it, if <paramref name="value"/> is null - if it holds what is expected.
    /// </summary>
    /// <exception cref="KvException">The key holds a hash, list or set; key or value is too long; or the store is
    /// full.</exception>
    public async Task<KvCompareResult> CompareAndSetAsync(
        KvBytes key, KvExpectation expected, KvBytes? value, TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ByteBuffer operation = new(
            key.Memory.Length + expected.LengthBound + (value?.Memory.Length ?? 0) + OverheadBytes);
        operation.Begin(Opcode.CompareAndSet, timeToLive is null ? 4 : 5);
        operation.WriteBinary(key.Span);
        expected.Write(operation);
        if (value is { } bytes) operation.WriteBinary(bytes.Span);
        else operation.WriteNil();
        operation.WriteInteger((long)(timeToLive is null ? WriteFlags.None : WriteFlags.ExpiresIn));
        if (timeToLive is { } time) operation.WriteInteger(MicrosOf(time));
        ReadOnlyMemory<byte> reply = await _service.InvokeAsync(
            operation.WrittenMemory, cancellationToken).ConfigureAwait(false);
        CanonicalReader reader = ReplyShape.Begin(reply);
        return reader.TryReadTrue()
            ? new KvCompareResult(true, null)
            : new KvCompareResult(false, ReplyShape.Value(ref reader));
    }

    /// <summary>Adds to a counter, which is 0 if there is none yet. Returns the sum.</summary>
    /// <exception cref="KvException">The value is not an integer, or the sum beyond 64 bits.</exception>
    public async Task<long> IncrementAsync(KvBytes key, long delta = 1, CancellationToken cancellationToken = default)
    {
        ByteBuffer operation = new(key.Memory.Length + OverheadBytes);
        operation.Write(Opcode.Increment, key.Span, delta);
        return ReplyShape.Integer(
            await _service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Appends to a value, which is empty if there is none yet. Returns its length.</summary>
    /// <exception cref="KvException">The value would be too long; the key holds a hash, list or set; or the store is
    /// full.</exception>
    public async Task<long> AppendAsync(KvBytes key, KvBytes suffix, CancellationToken cancellationToken = default)
    {
        ByteBuffer operation = new(key.Memory.Length + suffix.Memory.Length + OverheadBytes);
        operation.Write(Opcode.Append, key.Span, suffix.Span);
        return ReplyShape.Integer(
            await _service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Lets a key expire so long after the agreed time of this operation. False if there is no such key.
    /// </summary>
    public async Task<bool> ExpireAsync(KvBytes key, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        ByteBuffer operation = new(key.Memory.Length + OverheadBytes);
        operation.WriteExpire(Opcode.Expire, key.Span, WriteFlags.ExpiresIn, MicrosOf(timeToLive));
        return ReplyShape.Integer(
            await _service.InvokeAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false)) == 1;
    }

    /// <summary>Lets a key no longer expire. False if there is no such key or it did not expire.</summary>
    public async Task<bool> PersistAsync(KvBytes key, CancellationToken cancellationToken = default) =>
        ReplyShape.Integer(
            await _service.InvokeAsync(Of(Opcode.Persist, key), cancellationToken).ConfigureAwait(false)) == 1;

    /// <summary>How many keys there are. Counts expired keys that were not reclaimed yet.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken = default)
    {
        ByteBuffer operation = new(OverheadBytes);
        operation.Begin(Opcode.Count, 0);
        return ReplyShape.Integer(
            await _reads.ReadAsync(operation.WrittenMemory, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// The keys that begin with a prefix, in the order of their bytes. Read page by page: each page is linearizable,
    /// the whole is not one moment; a key that is there all the time is listed exactly once.
    /// </summary>
    public async IAsyncEnumerable<KvPair> ListAsync(
        KvBytes prefix = default, bool withValues = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[]? after = null;
        do
        {
            ByteBuffer operation = new(prefix.Memory.Length + (after?.Length ?? 0) + OverheadBytes);
            operation.WriteList(
                prefix.Span, withValues ? ListingFlags.Values : ListingFlags.None, after, ListPageLength);
            ReadOnlyMemory<byte> reply = await _reads.ReadAsync(
                operation.WrittenMemory, cancellationToken).ConfigureAwait(false);
            List<KvPair> page = ReadPage(reply, withValues, out byte[]? next);
            // A page that does not get on would repeat without end.
            if (after is not null && next is not null && next.AsSpan().SequenceCompareTo(after) <= 0)
                throw ReplyShape.Unexpected();
            after = next;
            foreach (KvPair pair in page) yield return pair;
        }
        while (after is not null);
    }

    /// <summary>
    /// Every change of some keys, in order, as replicas agree on them: first <see cref="KvChangeKind.Begun"/>, then the
    /// changes behind that revision, until the caller has enough. Replicas record changes for it, so it needs the right
    /// to write. If more changes than they keep come before it asks again, or its caller pauses for long, the watch
    /// tells so by <see cref="KvChangeKind.Missed"/> and goes on behind the gap.
    /// </summary>
    /// <exception cref="KvException">No key is named, too many are, or one is too long.</exception>
    public IAsyncEnumerable<KvChange> WatchAsync(KvWatchOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ChangeFeed(_service, _reads, _clock, options).FollowAsync(cancellationToken);
    }

    /// <summary>Carries out a batch as one.</summary>
    /// <exception cref="KvException">The batch as a whole was refused.</exception>
    public async Task<KvBatchResult> ExecuteAsync(KvBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlyMemory<byte> reply = await _service.InvokeAsync(
            batch.ToOperation(), cancellationToken).ConfigureAwait(false);
        CanonicalReader reader = ReplyShape.Begin(reply);
        if (reader.TryReadInteger(out long failed)) return new KvBatchResult(false, (int)failed, []);
        if (!reader.TryReadArray(out int count)) throw ReplyShape.Unexpected();
        KvReply[] replies = new KvReply[count];
        for (int i = 0; i < count; i++) replies[i] = KvReply.Read(ref reader);
        return new KvBatchResult(true, null, replies);
    }

    internal static (WriteFlags Flags, long Micros) FlagsOf(KvPutOptions? options)
    {
        if (options is null) return (WriteFlags.None, 0);
        WriteFlags flags = (WriteFlags)options.Condition;
        if (options.TimeToLive is { } timeToLive) return (flags | WriteFlags.ExpiresIn, MicrosOf(timeToLive));
        return (options.KeepExpiry ? flags | WriteFlags.KeepExpiry : flags, 0);
    }

    internal static long MicrosOf(TimeSpan timeToLive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive.Ticks, TimeSpan.TicksPerMicrosecond, nameof(timeToLive));
        return timeToLive.Ticks / TimeSpan.TicksPerMicrosecond;
    }

    private static DateTimeOffset TimeOf(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private static List<KvPair> ReadPage(ReadOnlyMemory<byte> reply, bool withValues, out byte[]? after)
    {
        CanonicalReader reader = ReplyShape.Begin(reply);
        if (!reader.TryReadArray(out int count) || count < 1) throw ReplyShape.Unexpected();
        after = ReplyShape.Value(ref reader)?.ToArray();
        List<KvPair> pairs = new(count);
        while (!reader.AtEnd)
        {
            ReadOnlyMemory<byte> key = ReplyShape.Value(ref reader) ?? throw ReplyShape.Unexpected();
            pairs.Add(new KvPair(key, withValues ? ReplyShape.Value(ref reader) : null));
        }
        return pairs;
    }

    private static ReadOnlyMemory<byte> Of(Opcode opcode, KvBytes key)
    {
        ByteBuffer operation = new(key.Memory.Length + OverheadBytes);
        operation.Write(opcode, key.Span);
        return operation.WrittenMemory;
    }
}
