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

    /// <summary>A copy to change, made after a freeze. It shares all nodes until they change.</summary>
    public abstract Collection Fork();

    protected void Added(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element)
    {
        _contentHash.Add(SetHash.Of(label, [], element));
        Bytes += SizeOf(label, element);
    }

    protected void Removed(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element)
    {
        _contentHash.Subtract(SetHash.Of(label, [], element));
        Bytes -= SizeOf(label, element);
    }

    /// <summary>What an element counts.</summary>
    protected virtual long SizeOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> element) =>
        label.Length + element.Length + KvLimits.ElementOverheadBytes;
}
