using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>Streams a state as it was when frozen. Holds little more than one element at a time.</summary>
internal sealed class KvSnapshotReader : ISnapshotReader
{
    private const int BufferedBytesMin = 64 << 10;

    private readonly ByteBuffer _buffer = new();
    private readonly CowTreeCursor<KvEntry> _entries;
    private readonly Queue<ReadOnlyMemory<byte>> _recent = [];
    private int _taken;

    // The collection under way; of these at most one is set.
    private CowTreeCursor<byte[]>? _fields;
    private CowTreeCursor<KvSet.Present>? _members;
    private CowTreeCursor<double>? _scores;
    private KvList? _list;
    private int _nextElement;

    public KvSnapshotReader(KvState state)
    {
        CowTree<KvEntry> frozen = state.Freeze();
        _entries = frozen.Walk();
        CanonicalWriter writer = new(_buffer);
        RecentChanges recent = state.Recent;
        writer.WriteInteger(recent.IsOn ? SnapshotFormat.VersionWithChanges : SnapshotFormat.Version);
        writer.WriteInteger(state.Revision);
        writer.WriteInteger(frozen.Count);
        if (recent.IsOn)
        {
            writer.WriteInteger(recent.UntilMicros);
            writer.WriteInteger(recent.After);
            writer.WriteInteger(recent.Pages.Count);
            foreach (RecentPage page in recent.Pages) _recent.Enqueue(page.Written);
        }
        writer.Flush();
    }

    public int Read(Span<byte> buffer)
    {
        int copied = 0;
        while (copied < buffer.Length)
        {
            if (_taken == _buffer.Length && !TryFill()) break;
            ReadOnlySpan<byte> left = _buffer.Written[_taken..];
            int count = Math.Min(left.Length, buffer.Length - copied);
            left[..count].CopyTo(buffer[copied..]);
            _taken += count;
            copied += count;
        }
        return copied;
    }

    public void Dispose() { }

    private bool TryFill()
    {
        _buffer.Length = 0;
        _taken = 0;
        CanonicalWriter writer = new(_buffer);
        while (_buffer.Length < BufferedBytesMin && TryWriteNext(ref writer)) writer.Flush();
        return _buffer.Length > 0;
    }

    private bool TryWriteNext(ref CanonicalWriter writer)
    {
        if (_recent.TryDequeue(out ReadOnlyMemory<byte> page))
        {
            writer.WriteBinary(page.Span);
            return true;
        }
        if (_fields is not null)
        {
            if (_fields.MoveNext())
            {
                writer.WriteBinary(_fields.Key);
                writer.WriteBinary(_fields.Value);
                return true;
            }
            _fields = null;
        }
        else if (_members is not null)
        {
            if (_members.MoveNext())
            {
                writer.WriteBinary(_members.Key);
                return true;
            }
            _members = null;
        }
        else if (_scores is not null)
        {
            if (_scores.MoveNext())
            {
                writer.WriteBinary(_scores.Key);
                writer.WriteInteger(BitConverter.DoubleToInt64Bits(_scores.Value));
                return true;
            }
            _scores = null;
        }
        else if (_list is not null)
        {
            if (_nextElement < _list.Count)
            {
                writer.WriteBinary(_list[_nextElement++]);
                return true;
            }
            _list = null;
        }
        return TryWriteEntry(ref writer);
    }

    private bool TryWriteEntry(ref CanonicalWriter writer)
    {
        if (!_entries.MoveNext()) return false;
        KvEntry entry = _entries.Value;
        writer.WriteBinary(entry.Key);
        writer.WriteInteger((long)entry.Type);
        writer.WriteInteger(entry.Revision);
        if (entry.Expires) writer.WriteInteger(entry.ExpiresAtMicros);
        else writer.WriteNil();
        switch (entry.Collection)
        {
            case null:
                writer.WriteBinary(entry.Bytes);
                break;
            case KvHash hash:
                writer.WriteInteger(hash.Count);
                _fields = hash.Walk();
                break;
            case KvSet set:
                writer.WriteInteger(set.Count);
                _members = set.Walk();
                break;
            case KvSortedSet sortedSet:
                writer.WriteInteger(sortedSet.Count);
                _scores = sortedSet.Walk();
                break;
            case KvList list:
                writer.WriteInteger(list.FirstPosition);
                writer.WriteInteger(list.Count);
                _list = list;
                _nextElement = 0;
                break;
            default:
                throw new InvalidOperationException($"An entry holds {entry.Type}, which has no form in a snapshot.");
        }
        return true;
    }
}
