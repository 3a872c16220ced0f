using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>
/// A key with what it holds. Belongs to the live state alone while its generation is the current one: then it, its
/// bytes and its collection are changed in place. Otherwise a frozen view may show it, and it is replaced by a copy.
/// </summary>
internal sealed class KvEntry(byte[] key, long generation)
{
    /// <summary>Where the entry stands with regard to the state's set hash.</summary>
    public enum Hashing
    {
        /// <summary>Neither counted nor waiting: it was removed or replaced, or is new.</summary>
        Out,

        /// <summary>Its hash is part of the sum.</summary>
        Counted,

        /// <summary>It waits, in the list of those that do, to be hashed and counted.</summary>
        Waiting,

        /// <summary>It is in the list of those that wait but is being changed, or is gone.</summary>
        Abandoned,
    }

    public byte[] Key { get; } = key;
    public long Generation { get; } = generation;

    /// <summary>
    /// When it ceases to exist, microseconds since the Unix epoch; <see cref="long.MaxValue"/> if never.
    /// </summary>
    public long ExpiresAtMicros { get; set; } = long.MaxValue;

    /// <summary>The state's revision at its last change.</summary>
    public long Revision { get; set; }

    /// <summary>
    /// The hash that was counted. Read and written by the executing thread alone, even of frozen entries.
    /// </summary>
    public SetHash Hash;

    /// <summary>As for <see cref="Hash"/>.</summary>
    public Hashing HashState { get; set; }

    private object _value = Array.Empty<byte>();
    private int _length;

    public bool IsString => _value is byte[];

    /// <summary>The bytes of a string.</summary>
    public ReadOnlySpan<byte> Bytes => ((byte[])_value).AsSpan(0, _length);

    /// <summary>The collection, if it is not a string.</summary>
    public Collection? Collection => _value as Collection;

    public ValueType Type => Collection?.Type ?? ValueType.String;

    public bool Expires => ExpiresAtMicros != long.MaxValue;

    /// <summary>The time at which it ceases to exist has come.</summary>
    public bool IsExpired(long nowMicros) => ExpiresAtMicros <= nowMicros;

    /// <summary>Counted size: key, content and overhead.</summary>
    public long SizeBytes => KvLimits.EntryOverheadBytes + Key.Length + (Collection?.Bytes ?? _length);

    /// <summary>A copy to change, made after a freeze.</summary>
    public KvEntry Fork(long generation) => new(Key, generation)
    {
        ExpiresAtMicros = ExpiresAtMicros,
        Revision = Revision,
        _value = Collection?.Fork() ?? (object)Bytes.ToArray(),
        _length = _length,
    };

    /// <summary>A copy whose value will be replaced.</summary>
    public KvEntry ForkWithoutValue(long generation) => new(Key, generation)
    {
        ExpiresAtMicros = ExpiresAtMicros,
        Revision = Revision,
    };

    public void SetBytes(ReadOnlySpan<byte> bytes)
    {
        if (_value is byte[] held && held.Length == bytes.Length) bytes.CopyTo(held);
        else _value = bytes.ToArray();
        _length = bytes.Length;
    }

    public void SetCollection(Collection collection)
    {
        _value = collection;
        _length = 0;
    }

    /// <summary>Has the value and expiry of another entry. A collection that it holds must be frozen.</summary>
    public void CopyFrom(KvEntry other)
    {
        ExpiresAtMicros = other.ExpiresAtMicros;
        if (other.Collection is { } collection) SetCollection(collection.Fork());
        else SetBytes(other.Bytes);
    }

    /// <summary>Takes value and expiry from an entry that may be changed, and leaves it an empty string.</summary>
    public void TakeOver(KvEntry other)
    {
        ExpiresAtMicros = other.ExpiresAtMicros;
        (_value, _length) = (other._value, other._length);
        other.SetBytes([]);
        other.ExpiresAtMicros = long.MaxValue;
    }

    /// <summary>Writes what the record of the entry has beyond its key.</summary>
    public void WriteRecord(ByteBuffer value)
    {
        value.WriteInteger((long)Type);
        value.WriteInteger(Revision);
        if (Expires) value.WriteInteger(ExpiresAtMicros);
        else value.WriteNil();
        if (Collection is KvList list) value.WriteInteger(list.FirstPosition);
        if (Collection is { } collection) value.WriteInteger(collection.Count);
        else value.WriteBinary(Bytes);
    }

    /// <summary>
    /// Reads what <see cref="WriteRecord"/> wrote. False if it is none that is ever written. A collection has no
    /// elements yet, but is to have so many.
    /// </summary>
    public static bool TryRead(
        scoped ReadOnlySpan<byte> key, KvState state, ref CanonicalReader reader, out KvEntry entry, out long elements)
    {
        entry = new KvEntry(key.ToArray(), state.Generation.Current);
        elements = 0;
        if (!reader.TryReadInteger((long)ValueType.String, (long)ValueType.SortedSet, out long type)
            || !reader.TryReadInteger(1, state.Revision, out long revision)) return false;
        entry.Revision = revision;
        if (!reader.TryReadNil())
        {
            if (!reader.TryReadInteger(0, KvLimits.ExpiryMicrosMax, out long expiryMicros)) return false;
            entry.ExpiresAtMicros = expiryMicros;
        }
        long firstPosition = 0;
        switch ((ValueType)type)
        {
            case ValueType.String:
                if (!reader.TryReadBinary(out ReadOnlySpan<byte> bytes) || bytes.Length > KvLimits.ValueBytesMax)
                    return false;
                entry.SetBytes(bytes);
                return true;
            case ValueType.Hash:
                entry.SetCollection(new KvHash(state.Generation));
                break;
            case ValueType.Set:
                entry.SetCollection(new KvSet(state.Generation));
                break;
            case ValueType.SortedSet:
                entry.SetCollection(new KvSortedSet(state.Generation));
                break;
            default:
                if (!reader.TryReadInteger(out firstPosition)) return false;
                entry.SetCollection(new KvList(state.Generation, firstPosition));
                break;
        }
        return reader.TryReadInteger(1, int.MaxValue, out elements) && firstPosition <= long.MaxValue - elements;
    }

    /// <summary>
    /// The bytes from an offset on, writable, of a string that grows (with zeros) to reach their end. Growth is
    /// amortized.
    /// </summary>
    public Span<byte> Reach(int offset, int count)
    {
        byte[] held = (byte[])_value;
        int end = offset + count;
        if (end > held.Length)
        {
            int capacity = Math.Min(Math.Max(end, 2 * held.Length), KvLimits.ValueBytesMax);
            byte[] larger = new byte[capacity];
            Bytes.CopyTo(larger);
            _value = held = larger;
        }
        if (end > _length)
        {
            held.AsSpan(_length..end).Clear();
            _length = end;
        }
        return held.AsSpan(offset, count);
    }
}
