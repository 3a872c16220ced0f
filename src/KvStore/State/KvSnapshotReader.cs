using BftSmr;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>Streams a state as it was when frozen. Holds little more than one element at a time.</summary>
internal sealed class KvSnapshotReader : ISnapshotReader
{
    private const int BufferedBytesMin = 64 << 10;

    private readonly PackBuffer _buffer = new();
    private readonly CowTreeCursor<KvEntry> _entries;
    private int _taken;

    // The collection under way; of these at most one is set.
    private CowTreeCursor<byte[]>? _fields;
    private CowTreeCursor<KvSet.Present>? _members;
    private KvList? _list;
    private int _nextElement;

    public KvSnapshotReader(KvState state)
    {
        CowTree<KvEntry> frozen = state.Freeze();
        _entries = frozen.Walk();
        _buffer.WriteInteger(SnapshotFormat.Version);
        _buffer.WriteInteger(state.Revision);
        _buffer.WriteInteger(frozen.Count);
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
        while (_buffer.Length < BufferedBytesMin && TryWriteNext()) { }
        return _buffer.Length > 0;
    }

    private bool TryWriteNext()
    {
        if (_fields is not null)
        {
            if (_fields.MoveNext())
            {
                _buffer.WriteBinary(_fields.Key);
                _buffer.WriteBinary(_fields.Value);
                return true;
            }
            _fields = null;
        }
        else if (_members is not null)
        {
            if (_members.MoveNext())
            {
                _buffer.WriteBinary(_members.Key);
                return true;
            }
            _members = null;
        }
        else if (_list is not null)
        {
            if (_nextElement < _list.Count)
            {
                _buffer.WriteBinary(_list[_nextElement++]);
                return true;
            }
            _list = null;
        }
        return TryWriteEntry();
    }

    private bool TryWriteEntry()
    {
        if (!_entries.MoveNext()) return false;
        KvEntry entry = _entries.Value;
        _buffer.WriteBinary(entry.Key);
        _buffer.WriteInteger((long)entry.Type);
        _buffer.WriteInteger(entry.Revision);
        if (entry.Expires) _buffer.WriteInteger(entry.ExpiresAtMicros);
        else _buffer.WriteNil();
        switch (entry.Collection)
        {
            case null:
                _buffer.WriteBinary(entry.Bytes);
                break;
            case KvHash hash:
                _buffer.WriteInteger(hash.Count);
                _fields = hash.Walk();
                break;
            case KvSet set:
                _buffer.WriteInteger(set.Count);
                _members = set.Walk();
                break;
            case KvList list:
                _buffer.WriteInteger(list.FirstPosition);
                _buffer.WriteInteger(list.Count);
                _list = list;
                _nextElement = 0;
                break;
            default:
                throw new InvalidOperationException($"An entry holds {entry.Type}, which has no form in a snapshot.");
        }
        return true;
    }
}
