using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// A value made of elements, with the set hash and the size of its content, both kept up to date by every change.
/// </summary>
internal abstract class Collection
{
    private SetHash _contentHash;

    protected Collection() { }

    protected Collection(Collection source)
    {
        _contentHash = source._contentHash;
        Bytes = source.Bytes;
    }

    public abstract ValueType Type { get; }

    /// <summary>How many elements there are.</summary>
    public abstract int Count { get; }

    /// <summary>Counted size of all elements.</summary>
    public long Bytes { get; private set; }

    /// <summary>The hash of all elements, with their fields or positions.</summary>
    public ref readonly SetHash ContentHash => ref _contentHash;

    /// <summary>
    /// Where the labels of changed elements are noted while the entry is edited; null if they need not be.
    /// </summary>
    public CowTree<KvSet.Present>? Touched { private get; set; }

    /// <summary>The labels of all elements, in the order of their bytes.</summary>
    public abstract IEnumerable<byte[]> Labels { get; }

    /// <summary>A copy to change, made after a freeze. It shares all nodes until they change.</summary>
    public abstract Collection Fork();

    /// <summary>Writes what an element has beyond its label. False if there is no such element.</summary>
    public abstract bool TryWrite(ReadOnlySpan<byte> label, ByteBuffer value);

    /// <summary>Adds an element as it was written. False if it is none that is ever written, or out of place.</summary>
    public abstract bool TryRestore(scoped ReadOnlySpan<byte> label, ref CanonicalReader value);

    protected void Added(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element)
    {
        _contentHash.Add(SetHash.Of(label, [], element));
        Bytes += SizeOf(label, element);
        Touch(label);
    }

    protected void Replaced(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element, ReadOnlySpan<byte> by)
    {
        _contentHash.Subtract(SetHash.Of(label, [], element));
        Bytes -= SizeOf(label, element);
        Added(label, by);
    }

    protected void Removed(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element)
    {
        _contentHash.Subtract(SetHash.Of(label, [], element));
        Bytes -= SizeOf(label, element);
        Touch(label);
    }

    /// <summary>What an element counts.</summary>
    protected virtual long SizeOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element) =>
        label.Length + element.Length + KvLimits.ElementOverheadBytes;

    private void Touch(ReadOnlySpan<byte> label) => Touched?.GetOrAdd(label, null, out _);
}
