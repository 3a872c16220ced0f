using System.Buffers.Binary;
using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// All entries, with what is derived from them: when they expire, the hash of the whole, its counted size. Knows
/// nothing of operations.
/// <para>
/// Every change goes through <see cref="Edit(KvEntry)"/>, <see cref="EditForReplacement"/>, <see cref="Add"/> or
/// <see cref="Remove(KvEntry)"/>, then <see cref="Changed"/>. These note what is touched.
/// </para>
/// </summary>
internal sealed class KvState
{
    // When either is reached, the entries that wait are hashed: that bounds the work of one StateDigest call and the
    // memory that waits.
    private const int WaitingMax = 1024;
    private const long WaitingBytesMax = 1 << 20;

    private readonly CowTree<KvEntry> _entries;
    private readonly ExpiryIndex _expiries = new();
    private readonly List<KvEntry> _waiting = [];
    private long _waitingBytes;
    private SetHash _hash;
    private TouchedEntries _touched = TouchedEntries.Everything();
    private StateHeader? _frozenHeader;

    public KvState()
    {
        _entries = new(Generation);
    }

    public Generation Generation { get; } = new();

    /// <summary>How many entries there are, those that expired and still wait to be reclaimed among them.</summary>
    public int Count => _entries.Count;

    /// <summary>Counted size of all entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts changes of entries. Never goes back.</summary>
    public long Revision { get; set; }

    /// <summary>The latest changes, while clients have them recorded.</summary>
    public RecentChanges Recent { get; } = new();

    /// <summary>When the next entry expires; <see cref="long.MaxValue"/> if none does.</summary>
    public long NextExpiryMicros => _expiries.FirstMicros;

    /// <summary>The entry, unless it has expired.</summary>
    public KvEntry? Find(ReadOnlySpan<byte> key, long nowMicros) =>
        _entries.TryGet(key, out KvEntry entry) && !entry.IsExpired(nowMicros) ? entry : null;

    /// <summary>The entry at a place in the order of the keys. It may have expired.</summary>
    public KvEntry At(int rank) => _entries.At(rank).Value;

    /// <summary>Walks all entries as they are now, the expired ones among them.</summary>
    public CowTreeCursor<KvEntry> Walk() => _entries.Walk();

    /// <summary>
    /// A new entry, an empty string, in place of an expired one if there is one. The key must have no visible entry.
    /// </summary>
    public KvEntry Add(ReadOnlySpan<byte> key)
    {
        byte[] owned = key.ToArray();
        ref KvEntry place = ref _entries.GetOrAdd(key, owned, out bool added);
        if (added)
        {
            _touched.Add(owned);
        }
        else
        {
            Forget(place);
            _touched.Drop(place);
        }
        place = new KvEntry(owned, Generation.Current);
        return place;
    }

    /// <summary>
    /// The entry to be changed: itself or, where a frozen view may show it, the copy that replaces it.
    /// </summary>
    public KvEntry Edit(KvEntry entry) => Edit(entry, withValue: true);

    /// <summary>As <see cref="Edit(KvEntry)"/>, of an entry whose value will be replaced.</summary>
    public KvEntry EditForReplacement(KvEntry entry) => Edit(entry, withValue: false);

    /// <summary>An added or edited entry has its new value: it counts again.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isTold">False for one that the same command removes: that alone is a change.</param>
    public void Changed(KvEntry entry, bool isTold = true)
    {
        entry.Revision = ++Revision;
        if (entry.Collection is { } collection) collection.Touched = null;
        Remember(entry);
        if (isTold) Recent.Add(Revision, (KvChangeKind)entry.Type, entry);
    }

    /// <summary>
    /// Gives a key what another entry holds, with its expiry. The elements of a collection are not copied: both entries
    /// share them until one of them changes.
    /// </summary>
    /// <param name="from">A visible entry.</param>
    /// <param name="key">Another key.</param>
    /// <param name="replaced">The visible entry of that key, or null.</param>
    public void Copy(KvEntry from, ReadOnlySpan<byte> key, KvEntry? replaced)
    {
        if (!from.IsString) Generation.Freeze(); // what is shared may be changed in neither place
        KvEntry copy = replaced is null ? Add(key) : EditForReplacement(replaced);
        copy.CopyFrom(from);
        Changed(copy);
    }

    /// <summary>Puts an entry that is loaded in its place, with the revision it has.</summary>
    public void Restore(KvEntry entry)
    {
        _entries.GetOrAdd(entry.Key, entry.Key, out _) = entry;
        Remember(entry);
    }

    /// <summary>All that is loaded is there. It counts as frozen: nothing is touched.</summary>
    public void Loaded()
    {
        Recent.Freeze();
        _touched = TouchedEntries.Nothing();
        _frozenHeader = Header;
    }

    public void Remove(KvEntry entry) => Remove(entry, KvChangeKind.Deleted);

    public void Clear()
    {
        _touched = _touched.Cleared();
        _entries.Clear();
        _expiries.Clear();
        _waiting.Clear();
        _waitingBytes = 0;
        _hash = default;
        Bytes = 0;
        Recent.Add(++Revision, KvChangeKind.Cleared, null);
    }

    /// <summary>Removes up to <paramref name="countMax"/> expired entries, the first to have expired first.</summary>
    public void Reclaim(long nowMicros, int countMax)
    {
        while (countMax-- > 0 && _expiries.TryGetExpired(nowMicros, out byte[] key))
        {
            if (!_entries.TryGet(key, out KvEntry entry))
                throw new InvalidOperationException("The expiry index names an entry that is not there.");
            Remove(entry, KvChangeKind.Expired);
        }
    }

    /// <summary>Freezes the state as it is now. From here on nothing is touched.</summary>
    public FrozenState Freeze()
    {
        Generation.Freeze();
        StateHeader header = Header;
        FrozenState frozen = new(
            header, header != _frozenHeader, Recent.Freeze(), _entries.Fork(), _touched);
        _touched = TouchedEntries.Nothing();
        _frozenHeader = header;
        return frozen;
    }

    /// <summary>The hash of all entries, with their revisions and expiries, and of the revision.</summary>
    public Digest Digest()
    {
        HashWaiting();
        Span<byte> bytes = stackalloc byte[BftCloud.Primitives.Digest.Size + 5 * sizeof(long)];
        _hash.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[BftCloud.Primitives.Digest.Size..], Revision);
        BinaryPrimitives.WriteInt64BigEndian(bytes[(BftCloud.Primitives.Digest.Size + sizeof(long))..], Count);
        Span<byte> recent = bytes[(BftCloud.Primitives.Digest.Size + 2 * sizeof(long))..];
        if (!Recent.IsOn) return BftCloud.Primitives.Digest.Of(bytes[..^recent.Length]);
        BinaryPrimitives.WriteInt64BigEndian(recent, Recent.UntilMicros);
        BinaryPrimitives.WriteInt64BigEndian(recent[sizeof(long)..], Recent.After);
        BinaryPrimitives.WriteInt64BigEndian(recent[(2 * sizeof(long))..], Recent.Bytes);
        return BftCloud.Primitives.Digest.Of(bytes);
    }

    private StateHeader Header => new(Revision, Recent.UntilMicros, Recent.After, Count, Recent.Pages.Count);

    private void Remove(KvEntry entry, KvChangeKind kind)
    {
        Forget(entry);
        _touched.Drop(entry);
        _entries.Remove(entry.Key, out _);
        Recent.Add(++Revision, kind, entry);
    }

    private KvEntry Edit(KvEntry entry, bool withValue)
    {
        Forget(entry);
        CowTree<KvSet.Present>? touched = null;
        if (withValue) touched = _touched.Edit(entry);
        else _touched.Drop(entry);
        if (entry.Generation != Generation.Current)
        {
            entry = withValue ? entry.Fork(Generation.Current) : entry.ForkWithoutValue(Generation.Current);
            _entries.GetOrAdd(entry.Key, null, out _) = entry;
        }
        if (entry.Collection is { } collection) collection.Touched = touched;
        return entry;
    }

    private void Remember(KvEntry entry)
    {
        Bytes += entry.SizeBytes;
        _expiries.Add(entry);
        bool waits = entry.HashState == KvEntry.Hashing.Abandoned;
        entry.HashState = KvEntry.Hashing.Waiting;
        if (waits) return;
        _waiting.Add(entry);
        _waitingBytes += entry.SizeBytes;
        if (_waiting.Count >= WaitingMax || _waitingBytes >= WaitingBytesMax) HashWaiting();
    }

    private void Forget(KvEntry entry)
    {
        Bytes -= entry.SizeBytes;
        _expiries.Remove(entry);
        switch (entry.HashState)
        {
            case KvEntry.Hashing.Counted:
                _hash.Subtract(entry.Hash);
                entry.HashState = KvEntry.Hashing.Out;
                break;
            case KvEntry.Hashing.Waiting:
                entry.HashState = KvEntry.Hashing.Abandoned;
                break;
            case KvEntry.Hashing.Out or KvEntry.Hashing.Abandoned:
                break;
        }
    }

    private void HashWaiting()
    {
        foreach (KvEntry entry in _waiting)
        {
            if (entry.HashState == KvEntry.Hashing.Waiting)
            {
                entry.Hash = HashOf(entry);
                _hash.Add(entry.Hash);
                entry.HashState = KvEntry.Hashing.Counted;
            }
            else
            {
                entry.HashState = KvEntry.Hashing.Out;
            }
        }
        _waiting.Clear();
        _waitingBytes = 0;
    }

    private static SetHash HashOf(KvEntry entry)
    {
        Span<byte> header = stackalloc byte[1 + 3 * sizeof(long) + BftCloud.Primitives.Digest.Size];
        header.Clear();
        header[0] = (byte)entry.Type;
        BinaryPrimitives.WriteInt64BigEndian(header[1..], entry.Revision);
        BinaryPrimitives.WriteInt64BigEndian(header[9..], entry.ExpiresAtMicros);
        if (entry.Collection is not { } collection) return SetHash.Of(entry.Key, header, entry.Bytes);
        BinaryPrimitives.WriteInt64BigEndian(header[17..], collection.Count);
        collection.ContentHash.CopyTo(header[25..]);
        return SetHash.Of(entry.Key, header, []);
    }
}
