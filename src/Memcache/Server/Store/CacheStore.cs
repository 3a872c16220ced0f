using BftCloud.Primitives;

namespace Memcache.Server.Store;

/// <summary>
/// The items of a cache, in memory that never exceeds its bound. Single-threaded: its owner takes turns. References to
/// items hold until the next call that stores; a pinned item can be read longer.
/// </summary>
internal sealed class CacheStore : IDisposable
{
    /// <summary>What memcached adds to a key and a value, which its limit of item sizes counts.</summary>
    private const int CountedHeaderBytes = 48 + 8 + 1, CountedFlagsBytes = 4, CountedEndBytes = 2;

    private readonly Arena _arena;
    private readonly ItemLog _log;
    private readonly ItemIndex _index;
    private readonly Evictor _evictor;
    private readonly KeyHash _hash;
    private ulong _lastCas;
    private uint _clearAt;

    public CacheStore(StoreOptions options)
    {
        Options = options;
        _hash = new KeyHash(options.HashKey.First, options.HashKey.Second);
        _arena = new Arena(options.Bytes);
        _log = new ItemLog(_arena);
        _index = new ItemIndex(_arena, _log);
        _evictor = new Evictor(_arena, _log, _index, Counters, options);
    }

    public StoreOptions Options { get; }

    public CacheCounters Counters { get; } = new();

    /// <summary>Items that keys find, expired ones among them until they are met.</summary>
    public long Count => _index.Count;

    /// <summary>Bytes of items with their headers.</summary>
    public long ItemBytes => _log.LiveBytes;

    /// <summary>Bytes of the hash table.</summary>
    public long TableBytes => _index.TableBytes;

    /// <summary>Bytes of memory that holds items or slots, or held them once.</summary>
    public long UsedBytes => (long)(_arena.Blocks - _arena.FreeBlocks) * Arena.BlockBytes;

    /// <summary>Blocks of each queue.</summary>
    public (int Probation, int Main) QueueBlocks => (_log.Probation.Count, _log.Main.Count);

    /// <summary>Seconds since 1970; set before each turn. Never goes back.</summary>
    public uint Now
    {
        get => _evictor.Now;
        set
        {
            if (value <= _evictor.Now) return;
            _evictor.Now = value;
            if (_clearAt != 0 && value >= _clearAt) Clear();
        }
    }

    /// <summary>Whether memcached would refuse such an item for its length.</summary>
    public bool IsTooLarge(int keyLength, uint flags, long valueLength) =>
        CountedBytes(keyLength, flags, valueLength) > Options.ItemBytesMax;

    /// <summary>The size of an item as memcached counts it.</summary>
    public static long CountedBytes(int keyLength, uint flags, long valueLength) =>
        CountedHeaderBytes + keyLength + (flags == 0 ? 0 : CountedFlagsBytes) + valueLength + CountedEndBytes;

    /// <summary>Whether an item has left probation.</summary>
    public bool IsInMain(uint item) => _log.QueueOf(item) == _log.Main;

    /// <summary>The hash of a key under this store's secret.</summary>
    public uint HashOf(ReadOnlySpan<byte> key) => _hash.Of(key);

    /// <summary>The item of a key, or 0 if there is none, or its time is over.</summary>
    public uint Find(ReadOnlySpan<byte> key, uint hash)
    {
        uint item = _index.Find(key, hash);
        if (item == 0 || !_evictor.IsExpired(_log.At(item))) return item;
        Counters.GetExpired++;
        _evictor.Reclaim(item);
        return 0;
    }

    /// <summary>What is known of an item. To change: its marks, times and flags; CAS values by this store.</summary>
    public ref Piece At(uint item) => ref _log.At(item);

    public ReadOnlySpan<byte> KeyOf(uint item) => _log.KeyOf(item);

    /// <summary>Part of an item's value.</summary>
    public void Read(uint item, int offset, Span<byte> into) => _log.Read(item, offset, into);

    /// <summary>Notes that an item was asked for.</summary>
    public void Use(uint item)
    {
        ref Piece header = ref _log.At(item);
        header.Uses++;
        header.Set(ItemMarks.Fetched, true);
        header.AccessedAt = Now;
    }

    /// <summary>What the item's value is now can be read until <see cref="Unpin"/>.</summary>
    public void Pin(uint item) => _log.Pin(item);

    /// <summary>Ends a <see cref="Pin"/>.</summary>
    public void Unpin(uint item) => _log.Unpin(item);

    /// <summary>Gives an item a new CAS value.</summary>
    public void Renew(uint item, ulong cas = 0) => _log.At(item).Cas = cas == 0 ? ++_lastCas : cas;

    /// <summary>Stores a value that is here as a whole.</summary>
    public StoreResult Put(
        ReadOnlySpan<byte> key, uint hash, in ItemWrite write, ReadOnlySpan<byte> value, out ulong cas)
    {
        cas = 0;
        uint old = Find(key, hash);
        StoreResult decision = Decide(old, write);
        if (decision != StoreResult.Stored) return decision;
        bool joins = write.Mode is StoreMode.Append or StoreMode.Prepend;
        if (!joins && old != 0 && TryOverwrite(old, write, value))
        {
            cas = _log.At(old).Cas;
            return StoreResult.Stored;
        }
        uint item = ReserveFor(old, key, hash, write, value.Length);
        if (item == 0) return joins ? StoreResult.NotStored : StoreResult.NoMemory;
        old = Find(key, hash); // making room may have moved it, or evicted it
        if (joins && !TryJoin(ref item, old, write.Mode, value)) return StoreResult.NotStored;
        if (!joins) _log.Write(item, 0, value);
        cas = LinkOver(item, old, write);
        return StoreResult.Stored;
    }

    /// <summary>
    /// Room for an item whose value will be <see cref="Fill"/>ed in. It is the caller's until <see cref="Commit"/> or
    /// <see cref="Abandon"/>. 0: there is no room.
    /// </summary>
    public uint Reserve(ReadOnlySpan<byte> key, uint hash, in ItemWrite write, int valueLength)
    {
        uint item = ReserveFor(old: 0, key, hash, write, valueLength);
        if (item != 0) _log.Pin(item);
        return item;
    }

    /// <summary>Sets part of the value of an item that was reserved.</summary>
    public void Fill(uint reserved, int offset, ReadOnlySpan<byte> bytes) => _log.Write(reserved, offset, bytes);

    /// <summary>Stores an item that was reserved and filled in.</summary>
    public StoreResult Commit(uint reserved, in ItemWrite write, out ulong cas)
    {
        cas = 0;
        uint item = reserved, hash = _log.At(item).Hash;
        _log.Unpin(item);
        uint old = Find(_log.KeyOf(item), hash);
        StoreResult decision = Decide(old, write);
        if (decision == StoreResult.Stored && write.Mode is StoreMode.Append or StoreMode.Prepend)
        {
            if (!TryJoinReserved(ref item, ref old, write.Mode)) decision = StoreResult.NotStored;
        }
        if (decision == StoreResult.Stored) cas = LinkOver(item, old, write);
        else _log.Kill(item);
        return decision;
    }

    /// <summary>Gives up an item that was reserved.</summary>
    public void Abandon(uint reserved)
    {
        _log.Unpin(reserved);
        _log.Kill(reserved);
    }

    /// <summary>Ends an item.</summary>
    public void Delete(uint item)
    {
        _index.Unlink(item);
        _log.Kill(item);
    }

    /// <summary>
    /// Sets the text of a number. A shorter one is filled up with spaces, as in memcached. False: there is no room.
    /// </summary>
    public bool TrySetNumber(ref uint item, ReadOnlySpan<byte> digits)
    {
        ref Piece header = ref _log.At(item);
        if (digits.Length > header.ValueLength || _log.IsPinned(item))
        {
            ItemWrite write = new() { Flags = header.Flags, ExpiresAt = header.ExpiresAt };
            Span<byte> key = stackalloc byte[header.KeyLength];
            _log.KeyOf(item).CopyTo(key);
            ItemMarks marks = header.Marks;
            uint hash = header.Hash;
            uint larger = ReserveFor(item, key, hash, write, digits.Length);
            if (larger == 0) return false;
            _log.Write(larger, 0, digits);
            LinkOver(larger, Find(key, hash), write);
            _log.At(larger).Set(ItemMarks.BinaryKey, (marks & ItemMarks.BinaryKey) != 0);
            item = larger;
            return true;
        }
        Span<byte> value = _log.ValueIn(item, isFirst: true)[..header.ValueLength];
        digits.CopyTo(value);
        value[digits.Length..].Fill((byte)' ');
        Renew(item);
        return true;
    }

    /// <summary>
    /// Forgets all items: at once, or, if they are said, when so many seconds since 1970 are reached.
    /// </summary>
    public void Flush(uint at)
    {
        Counters.Flushes++;
        _clearAt = at;
        if (at > Now) return;
        _lastCas++; // as memcached does, so that the same dialogue has the same CAS values
        Clear();
    }

    /// <summary>Looks through some of the memory for items whose time is over, and ends them.</summary>
    /// <param name="share">One of so many blocks.</param>
    public void Crawl(int share) => _evictor.Crawl(1 + _arena.Blocks / share);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _arena.Dispose();

    private void Clear()
    {
        _clearAt = 0;
        _index.Clear();
        _log.Clear();
    }

    private static StoreResult DecideMissing(StoreMode mode) => mode switch
    {
        StoreMode.Set or StoreMode.Add => StoreResult.Stored,
        StoreMode.Cas => StoreResult.NotFound,
        _ => StoreResult.NotStored,
    };

    private StoreResult Decide(uint old, in ItemWrite write)
    {
        if (old == 0)
        {
            if (write.Mode == StoreMode.Cas) Counters.CasMisses++;
            return DecideMissing(write.Mode);
        }
        ulong current = _log.At(old).Cas;
        switch (write.Mode)
        {
            case StoreMode.Add:
                _log.At(old).AccessedAt = Now;
                return StoreResult.NotStored;
            case StoreMode.Cas when write.Compare == current || IsOlder(write, current):
                Counters.CasHits++;
                return StoreResult.Stored;
            case StoreMode.Cas:
                Counters.CasMismatches++;
                return StoreResult.Exists;
            case StoreMode.Append or StoreMode.Prepend when write.Compare != 0 && write.Compare != current:
                return StoreResult.Exists;
            default:
                return StoreResult.Stored;
        }
    }

    private static bool IsOlder(in ItemWrite write, ulong current) =>
        write.TakesStale && write.Compare != 0 && write.Compare < current;

    /// <summary>Room in the queue where the item belongs; 0 if there is none.</summary>
    private uint ReserveFor(uint old, ReadOnlySpan<byte> key, uint hash, in ItemWrite write, int valueLength)
    {
        int length = valueLength;
        if (write.Mode is StoreMode.Append or StoreMode.Prepend && old != 0) length += _log.At(old).ValueLength;
        if (IsTooLarge(key.Length, write.Flags, length)) return 0;
        if (_index.IsFull && (!_index.NeedsBlock || _evictor.MakeFree(1))) _index.Grow();
        BlockQueue queue = (old != 0 && _log.QueueOf(old) == _log.Main) || _index.Recall(hash)
            ? _log.Main
            : _log.Probation;
        int needed = ItemLog.NeedsBlocks(queue, key.Length, length) ? ItemLog.BlocksFor(key.Length, length) : 0;
        if (needed > 0 && !_evictor.MakeFree(needed)) return 0;
        uint item = _log.TryAllocate(queue, key.Length, length);
        if (item == 0) return 0;
        _log.At(item).Hash = hash;
        _log.SetKey(item, key);
        return item;
    }

    /// <summary>Puts a value in the place of another, if it fills it well.</summary>
    private bool TryOverwrite(uint old, in ItemWrite write, ReadOnlySpan<byte> value)
    {
        ref Piece header = ref _log.At(old);
        if (header.NextPiece != 0 || _log.IsPinned(old)) return false;
        Span<byte> place = _log.ValueIn(old, isFirst: true);
        if (value.Length > place.Length || value.Length < place.Length - place.Length / 8 - Arena.UnitBytes)
            return false;
        value.CopyTo(place);
        header.ValueLength = value.Length;
        header.Uses++;
        Counters.ItemsTotal++;
        Describe(ref header, write, old);
        Renew(old, write.Cas);
        return true;
    }

    /// <summary>Copies the value that is there and the one that joins it.</summary>
    private bool TryJoin(ref uint item, uint old, StoreMode mode, ReadOnlySpan<byte> value)
    {
        if (old == 0 || _log.At(item).ValueLength != _log.At(old).ValueLength + value.Length)
        {
            _log.Kill(item);
            return false;
        }
        int oldLength = _log.At(old).ValueLength;
        _log.Copy(old, item, mode == StoreMode.Append ? 0 : value.Length);
        _log.Write(item, mode == StoreMode.Append ? oldLength : 0, value);
        return true;
    }

    private bool TryJoinReserved(ref uint item, ref uint old, StoreMode mode)
    {
        int length = _log.At(item).ValueLength, oldLength = _log.At(old).ValueLength;
        Span<byte> key = stackalloc byte[_log.At(item).KeyLength];
        _log.KeyOf(item).CopyTo(key);
        uint hash = _log.At(item).Hash;
        ItemWrite write = new() { Mode = mode, Flags = _log.At(old).Flags };
        _log.Pin(item);
        uint joined = ReserveFor(old, key, hash, write, length);
        _log.Unpin(item);
        old = Find(key, hash);
        if (joined == 0) return false;
        if (old == 0 || _log.At(joined).ValueLength != oldLength + length)
        {
            _log.Kill(joined);
            return false;
        }
        _log.Copy(old, joined, mode == StoreMode.Append ? 0 : length);
        _log.Copy(item, joined, mode == StoreMode.Append ? oldLength : 0);
        _log.Kill(item);
        item = joined;
        return true;
    }

    /// <summary>Lets an item be found in the place of another, and returns its CAS value.</summary>
    private ulong LinkOver(uint item, uint old, in ItemWrite write)
    {
        ref Piece header = ref _log.At(item);
        Describe(ref header, write, old);
        Renew(item, write.Cas);
        if (old != 0)
        {
            header.Uses = _log.At(old).Uses;
            Delete(old);
        }
        _index.Link(item);
        Counters.ItemsTotal++;
        return header.Cas;
    }

    /// <summary>Sets what a write says of an item, and what it keeps of the one that was there.</summary>
    private void Describe(ref Piece header, in ItemWrite write, uint old)
    {
        bool isStale = old != 0 && write.Mode == StoreMode.Cas && write.Compare != _log.At(old).Cas
            && IsOlder(write, _log.At(old).Cas);
        bool joins = write.Mode is StoreMode.Append or StoreMode.Prepend;
        bool won = isStale && _log.At(old).Has(ItemMarks.Won);
        header.Flags = joins && old != 0 ? _log.At(old).Flags : write.Flags;
        header.ExpiresAt = (joins || isStale) && old != 0 ? _log.At(old).ExpiresAt : write.ExpiresAt;
        header.AccessedAt = Now;
        header.Set(ItemMarks.Fetched, false);
        header.Set(ItemMarks.Stale, isStale);
        header.Set(ItemMarks.Won, won);
        header.Set(ItemMarks.BinaryKey, write.BinaryKey);
    }
}
