using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>
/// Holds records against a frozen state. They may come in any order, but an element of an entry with a long key is
/// looked up only behind the entry's own record, which alone says the key. Pages of recorded changes are not looked up.
/// </summary>
internal sealed class RecordLookup(FrozenState frozen)
{
    private readonly ByteBuffer _name = new(StateChange.KeyBytesMax);
    private readonly ByteBuffer _value = new(bytesKeptMax: StateChange.ValueBytesMax);
    private (Digest Hash, byte[] Key)? _lastLong;

    /// <summary>Whether the state has this record.</summary>
    public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _value.Reset();
        if (key.Length == 0) return false;
        switch (key[0])
        {
            case RecordFormat.Header:
                frozen.Header.Write(_value);
                return _value.Written.SequenceEqual(value);
            case RecordFormat.Page:
                return true;
            default:
                return HasEntry(key, value);
        }
    }

    private bool HasEntry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int length = RecordFormat.EntryLength(key);
        bool isElement = length < key.Length;
        if (!RecordFormat.TryReadEntry(key[..length], _name, out Digest? hash)) return false;
        byte[]? name = hash is null ? _name.Written.ToArray() : LongKey(hash.Value, isElement ? default : value);
        if (name is null) return true;
        if (!frozen.Entries.TryGet(name, out KvEntry entry)) return false;
        if (isElement) return HasElement(entry, key[length..], value);
        if (hash is not null) _value.WriteBinary(name);
        entry.WriteRecord(_value);
        return _value.Written.SequenceEqual(value);
    }

    private bool HasElement(KvEntry entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (entry.Collection is not { } collection
            || !RecordFormat.TryReadElement(name, out ReadOnlySpan<byte> label, out Digest? hash)) return false;
        if (hash is not null)
        {
            CanonicalReader reader = new(value.ToArray());
            if (!reader.TryReadBinary(out label)) return false;
            _value.WriteBinary(label);
        }
        return collection.TryWrite(label, _value) && _value.Written.SequenceEqual(value);
    }

    /// <summary>The key whose name is a hash; null if it is not known.</summary>
    private byte[]? LongKey(Digest hash, ReadOnlySpan<byte> entryValue)
    {
        if (!entryValue.IsEmpty)
        {
            CanonicalReader reader = new(entryValue.ToArray());
            if (reader.TryReadBinary(out ReadOnlySpan<byte> key)) _lastLong = (hash, key.ToArray());
        }
        return _lastLong is { } last && last.Hash == hash ? last.Key : null;
    }
}
