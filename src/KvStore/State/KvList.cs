using System.Buffers.Binary;

namespace KvStore.State;

/// <summary>
/// Elements in a sequence. Each has a position that it keeps as long as it lives. The position of the first goes down
/// when an element is put in front of it, and up when the first is taken away. Positions make the content's hash depend
/// on the order.
/// </summary>
internal sealed class KvList : Collection
{
    private readonly CowDeque _elements;

    /// <summary>An empty list whose first element will have the position given.</summary>
    public KvList(Generation generation, long firstPosition = 0)
    {
        _elements = new(generation);
        FirstPosition = firstPosition;
    }

    private KvList(KvList source) : base(source)
    {
        _elements = source._elements.Fork();
        FirstPosition = source.FirstPosition;
    }

    public override ValueType Type => ValueType.List;
    public override int Count => _elements.Count;

    /// <summary>The position of the first element.</summary>
    public long FirstPosition { get; private set; }

    public override Collection Fork() => new KvList(this);

    public byte[] this[int index] => _elements[index];

    public void Replace(int index, ReadOnlySpan<byte> element)
    {
        Forgotten(FirstPosition + index, _elements[index]);
        _elements[index] = element.ToArray();
        Noted(FirstPosition + index, element);
    }

    public void AddFirst(ReadOnlySpan<byte> element)
    {
        FirstPosition--;
        _elements.AddFirst(element.ToArray());
        Noted(FirstPosition, element);
    }

    public void AddLast(ReadOnlySpan<byte> element)
    {
        Noted(FirstPosition + Count, element);
        _elements.AddLast(element.ToArray());
    }

    public byte[] RemoveFirst()
    {
        byte[] element = _elements.RemoveFirst();
        Forgotten(FirstPosition, element);
        FirstPosition++;
        return element;
    }

    public byte[] RemoveLast()
    {
        byte[] element = _elements.RemoveLast();
        Forgotten(FirstPosition + Count, element);
        return element;
    }

    private void Noted(long position, ReadOnlySpan<byte> element)
    {
        Span<byte> label = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(label, position);
        Added(label, element);
    }

    private void Forgotten(long position, ReadOnlySpan<byte> element)
    {
        Span<byte> label = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(label, position);
        Removed(label, element);
    }
}
