using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>Fields with values, ordered by the bytes of the field.</summary>
internal sealed class KvHash : Collection
{
    private readonly CowTree<byte[]> _fields;

    public KvHash(Generation generation) => _fields = new(generation);

    private KvHash(KvHash source) : base(source) => _fields = source._fields.Fork();

    public override ValueType Type => ValueType.Hash;
    public override int Count => _fields.Count;

    public override IEnumerable<byte[]> Labels => _fields.Keys;

    public override Collection Fork() => new KvHash(this);

    public bool TryGet(ReadOnlySpan<byte> field, out byte[] value) => _fields.TryGet(field, out value);

    /// <summary>The field that so many others precede, with its value.</summary>
    public (byte[] Field, byte[] Value) At(int rank) => _fields.At(rank);

    public CowTreeCursor<byte[]> Walk() => _fields.Walk();

    /// <summary>Sets the field. True if it is new.</summary>
    public bool Put(ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        ref byte[] place = ref _fields.GetOrAdd(field, null, out bool added);
        if (added) Added(field, value);
        else Replaced(field, place, value);
        place = value.ToArray();
        return added;
    }

    public bool Remove(ReadOnlySpan<byte> field)
    {
        if (!_fields.Remove(field, out byte[] value)) return false;
        Removed(field, value);
        return true;
    }

    public override bool TryWrite(ReadOnlySpan<byte> label, ByteBuffer value)
    {
        if (!TryGet(label, out byte[] held)) return false;
        value.WriteBinary(held);
        return true;
    }

    public override bool TryRestore(scoped ReadOnlySpan<byte> label, ref CanonicalReader value) =>
        value.TryReadBinary(out ReadOnlySpan<byte> held) && held.Length <= KvLimits.ValueBytesMax && Put(label, held);
}
