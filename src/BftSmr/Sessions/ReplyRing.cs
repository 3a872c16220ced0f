using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Sessions;

/// <summary>
/// The latest replies of a session, oldest first, in one piece of memory that is used over and over: replies come and
/// go all the time and live just long enough to be a burden to a garbage collector that bets on short lives. What it
/// hands out is valid until the next reply is kept. Invariant: beyond the newest reply there are no more replies and
/// bytes than the limits say.
/// </summary>
internal sealed class ReplyRing
{
    private const int BytesMin = 64, EntriesMin = 4;

    private Entry[] _entries = [];
    private byte[] _bytes = [];
    private int _firstEntry;
    private int _firstByte;
    private int _bytesKept;
    private bool _isWrapped;

    /// <summary>What a reply counts for beyond its result, bytes: at least what it takes in a checkpoint.</summary>
    public const int ReplyOverheadBytes = 16;

    public int Count { get; private set; }

    /// <summary>What the replies count for.</summary>
    public long BytesCounted => _bytesKept + (long)Count * ReplyOverheadBytes;

    /// <summary>A reply by its place, from the oldest.</summary>
    public CachedReply this[int place]
    {
        get
        {
            ref readonly Entry entry = ref _entries[(_firstEntry + place) % _entries.Length];
            return new CachedReply(entry.Sequence, entry.Status, _bytes.AsMemory(entry.Start, entry.Length));
        }
    }

    /// <summary>Keeps a reply, and drops the oldest beyond the limits; never the one just kept.</summary>
    public void Keep(in CachedReply reply, int repliesMax, int bytesMax)
    {
        int length = reply.Result.Length;
        while (Count > 0 && (Count >= repliesMax || (long)_bytesKept + length > bytesMax)) Drop();
        if (Count == _entries.Length) GrowEntries();
        int start = Room(length);
        reply.Result.CopyTo(_bytes.AsMemory(start));
        _entries[(_firstEntry + Count++) % _entries.Length] = new Entry(reply.Sequence, reply.Status, start, length);
        _bytesKept += length;
        Invariant.Holds(
            Count == 1 || (Count <= repliesMax && _bytesKept <= bytesMax), "more than one reply is within the limits");
    }

    /// <summary>Drops the replies to operations before this one.</summary>
    public void DropBefore(ulong sequence)
    {
        while (Count > 0 && _entries[_firstEntry].Sequence < sequence) Drop();
    }

    /// <summary>Drops all replies, and lets go of their memory.</summary>
    public void Clear()
    {
        (_entries, _bytes) = ([], []);
        (_firstEntry, _firstByte, _bytesKept, _isWrapped, Count) = (0, 0, 0, false, 0);
    }

    private void Drop()
    {
        _bytesKept -= _entries[_firstEntry].Length;
        _firstEntry = (_firstEntry + 1) % _entries.Length;
        Count--;
        Invariant.Holds(Count > 0 || _bytesKept == 0, "where there is no reply, no bytes are kept");
        if (Count == 0) return;
        int start = _entries[_firstEntry].Start;
        if (start < _firstByte) _isWrapped = false;
        _firstByte = start;
    }

    /// <summary>
    /// Where so many bytes fit in one piece: behind the newest reply, or before the oldest, or, if the gaps are too
    /// small, in a larger piece of memory.
    /// </summary>
    private int Room(int length)
    {
        if (Count == 0)
        {
            if (length > _bytes.Length || _bytes.Length > Math.Max(BytesMin, 4 * length))
                _bytes = new byte[Math.Max(BytesMin, length)];
            _isWrapped = false;
            return _firstByte = 0;
        }
        Entry newest = _entries[(_firstEntry + Count - 1) % _entries.Length];
        int end = newest.Start + newest.Length;
        if (length <= (_isWrapped ? _firstByte : _bytes.Length) - end) return end;
        if (_isWrapped || length > _firstByte) return Move(length);
        _isWrapped = true;
        return 0;
    }

    /// <summary>To a piece of memory that has room for so many bytes more.</summary>
    private int Move(int more)
    {
        byte[] larger = new byte[Math.Max(2 * _bytes.Length, _bytesKept + more)];
        int end = 0;
        for (int i = 0; i < Count; i++)
        {
            ref Entry entry = ref _entries[(_firstEntry + i) % _entries.Length];
            _bytes.AsSpan(entry.Start, entry.Length).CopyTo(larger.AsSpan(end));
            entry = entry with { Start = end };
            end += entry.Length;
        }
        (_bytes, _firstByte, _isWrapped) = (larger, 0, false);
        return end;
    }

    private void GrowEntries()
    {
        Entry[] larger = new Entry[Math.Max(EntriesMin, 2 * _entries.Length)];
        for (int i = 0; i < Count; i++) larger[i] = _entries[(_firstEntry + i) % _entries.Length];
        (_entries, _firstEntry) = (larger, 0);
    }

    private readonly record struct Entry(ulong Sequence, ReplyStatus Status, int Start, int Length);
}
