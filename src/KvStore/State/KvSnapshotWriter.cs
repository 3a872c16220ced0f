using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>
/// Builds a state from the bytes of a snapshot, which may come in any pieces, and hands it over when all are there.
/// </summary>
internal sealed class KvSnapshotWriter(Action<KvState> commit) : ISnapshotWriter
{
    private readonly KvState _state = new();
    private byte[] _pending = new byte[SnapshotFormat.PieceBytesMax];
    private int _pendingLength;
    private bool _headerRead;
    private ValueType _lastType;
    private long _entriesLeft, _pagesLeft;

    // The entry under way, if it holds a collection.
    private KvEntry? _entry;
    private long _elementsLeft;
    private byte[]? _lastKey, _lastElement;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The bytes are no snapshot of this store, or of a later
    /// version.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, _pending.Length - _pendingLength);
            bytes[..taken].CopyTo(_pending.AsSpan(_pendingLength));
            _pendingLength += taken;
            bytes = bytes[taken..];
            ReadPieces();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Something is missing.</exception>
    public void Commit()
    {
        if (!_headerRead || _pagesLeft != 0 || _entriesLeft != 0 || _entry is not null || _pendingLength != 0)
            throw Refused("it ends too early");
        commit(_state);
    }

    public void Dispose() => _pending = [];

    private void ReadPieces()
    {
        ReadOnlyMemory<byte> rest = _pending.AsMemory(0, _pendingLength);
        while (!rest.IsEmpty)
        {
            CanonicalReader reader = new(rest);
            if (!TryReadPiece(ref reader)) break;
            rest = reader.Rest;
        }
        // A piece that does not end within the longest there can be is none.
        if (rest.Length == _pending.Length)
            throw Refused($"it is malformed in the entry after key 0x{Convert.ToHexStringLower(_lastKey ?? [])}");
        rest.CopyTo(_pending);
        _pendingLength = rest.Length;
    }

    private bool TryReadPiece(ref CanonicalReader reader)
    {
        if (!_headerRead) return TryReadHeader(ref reader);
        if (_pagesLeft > 0) return TryReadRecent(ref reader);
        if (_entry is not null) return TryReadContent(ref reader, _entry);
        if (_entriesLeft == 0) throw Refused("something follows its last entry");
        return TryReadEntry(ref reader);
    }

    private bool TryReadHeader(ref CanonicalReader reader)
    {
        if (!reader.TryReadInteger(out long version)) return false;
        if (version is < SnapshotFormat.VersionBefore or > SnapshotFormat.VersionWithChanges)
            throw Refused(
                $"it has version {version}, and this program reads versions {SnapshotFormat.VersionBefore} to "
                + $"{SnapshotFormat.VersionWithChanges}; run the release that wrote it");
        _lastType = version == SnapshotFormat.VersionBefore ? ValueType.Set : ValueType.SortedSet;
        if (!reader.TryReadInteger(0, long.MaxValue, out long revision)
            || !reader.TryReadInteger(0, int.MaxValue, out _entriesLeft)) return false;
        _state.Revision = revision;
        if (version == SnapshotFormat.VersionWithChanges)
        {
            if (!reader.TryReadInteger(1, KvLimits.ExpiryMicrosMax, out long untilMicros)
                || !reader.TryReadInteger(0, revision, out long after)
                || !reader.TryReadInteger(0, KvLimits.RecentBytesMax, out _pagesLeft)) return false;
            _state.Recent.Restore(untilMicros, after);
        }
        return _headerRead = true;
    }

    private bool TryReadRecent(ref CanonicalReader reader)
    {
        if (!reader.TryReadBinary(out ReadOnlySpan<byte> page)) return false;
        if (!_state.Recent.TryRestore(page, _state.Revision)) throw Refused("its recorded changes are malformed");
        _pagesLeft--;
        return true;
    }

    private bool TryReadEntry(ref CanonicalReader reader)
    {
        if (!reader.TryReadBinary(out ReadOnlySpan<byte> key)
            || !reader.TryReadInteger((long)ValueType.String, (long)_lastType, out long type)
            || !reader.TryReadInteger(0, long.MaxValue, out long revision)) return false;
        long expiryMicros = long.MaxValue;
        if (!reader.TryReadNil() && !reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out expiryMicros)) return false;
        ReadOnlySpan<byte> bytes = default;
        long firstPosition = 0, elements = 0;
        bool read = (ValueType)type switch
        {
            ValueType.String => reader.TryReadBinary(out bytes),
            ValueType.List =>
                reader.TryReadInteger(out firstPosition) && reader.TryReadInteger(1, int.MaxValue, out elements),
            _ => reader.TryReadInteger(1, int.MaxValue, out elements),
        };
        if (!read) return false;
        CheckOrder(_lastKey, key);
        KvEntry entry = new(
            key.ToArray(), _state.Generation.Current) { Revision = revision, ExpiresAtMicros = expiryMicros };
        _lastKey = entry.Key;
        _lastElement = null;
        _entriesLeft--;
        switch ((ValueType)type)
        {
            case ValueType.String:
                entry.SetBytes(bytes);
                _state.Restore(entry);
                return true;
            case ValueType.Hash:
                entry.SetCollection(new KvHash(_state.Generation));
                break;
            case ValueType.Set:
                entry.SetCollection(new KvSet(_state.Generation));
                break;
            case ValueType.SortedSet:
                entry.SetCollection(new KvSortedSet(_state.Generation));
                break;
            default:
                entry.SetCollection(new KvList(_state.Generation, firstPosition));
                break;
        }
        _entry = entry;
        _elementsLeft = elements;
        return true;
    }

    private bool TryReadContent(ref CanonicalReader reader, KvEntry entry)
    {
        if (!reader.TryReadBinary(out ReadOnlySpan<byte> element)) return false;
        switch (entry.Collection)
        {
            case KvHash hash:
                if (!reader.TryReadBinary(out ReadOnlySpan<byte> value)) return false;
                CheckOrder(_lastElement, element);
                hash.Put(element, value);
                _lastElement = element.ToArray();
                break;
            case KvSet set:
                CheckOrder(_lastElement, element);
                set.Add(element);
                _lastElement = element.ToArray();
                break;
            case KvSortedSet sortedSet:
                if (!reader.TryReadInteger(out long score)) return false;
                CheckOrder(_lastElement, element);
                sortedSet.Put(element, ScoreOf(score));
                _lastElement = element.ToArray();
                break;
            case KvList list:
                list.AddLast(element);
                break;
        }
        if (--_elementsLeft > 0) return true;
        _state.Restore(entry);
        _entry = null;
        return true;
    }

    private static double ScoreOf(long bits)
    {
        double score = BitConverter.Int64BitsToDouble(bits);
        if (double.IsNaN(score) || score == 0 && bits != 0) throw Refused($"0x{bits:x16} is no score");
        return score;
    }

    private static void CheckOrder(byte[]? last, ReadOnlySpan<byte> next)
    {
        if (last is not null && next.SequenceCompareTo(last) <= 0)
            throw Refused($"0x{Convert.ToHexStringLower(next)} is out of order");
    }

    private static InvalidDataException Refused(string why) =>
        new($"The snapshot of the key-value store cannot be installed: {why}.");
}
