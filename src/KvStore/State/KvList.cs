using System.Buffers.Binary;
using BftCloud.Primitives;
using KvStore.Operations;

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

    public override IEnumerable<byte[]> Labels
    {
        get
        {
            for (int i = 0; i < Count; i++) yield return LabelOf(FirstPosition + i);
        }
    }

    public override Collection Fork() => new KvList(this);

    public byte[] this[int index] => _elements[index];

    public void Replace(int index, ReadOnlySpan<byte> element) => Put(index, element.ToArray());

    public void AddFirst(ReadOnlySpan<byte> element) => PutFirst(element.ToArray());

    public void AddLast(ReadOnlySpan<byte> element) => PutLast(element.ToArray());

    /// <summary>How many elements make room for one before the index: those at the nearer end.</summary>
    public int MovedByInsertion(int index) => Math.Min(index, Count - index);

    /// <summary>Inserts an element before the index. Those at the nearer end go one further.</summary>
    public void Insert(int index, ReadOnlySpan<byte> element)
    {
        if (index < Count - index)
        {
            PutFirst([]);
            for (int i = 0; i < index; i++) Put(i, _elements[i + 1]);
        }
        else
        {
            PutLast([]);
            for (int i = Count - 1; i > index; i--) Put(i, _elements[i - 1]);
        }
        Put(index, element.ToArray());
    }

    /// <summary>How many elements close the gaps that those at these indices, ascending, leave.</summary>
    public int MovedByRemoval(ReadOnlySpan<int> indices) =>
        Math.Min(indices[^1] + 1, Count - indices[0]) - indices.Length;

    /// <summary>
    /// Removes the elements at these indices, ascending. The gaps are closed from the end from which fewer elements
    /// move.
    /// </summary>
    public void Remove(ReadOnlySpan<int> indices)
    {
        int gaps = 0;
        if (indices[^1] + 1 < Count - indices[0])
        {
            for (int i = indices[^1]; i >= 0; i--)
            {
                if (gaps < indices.Length && i == indices[^(gaps + 1)]) gaps++;
                else Put(i + gaps, _elements[i]);
            }
            for (; gaps > 0; gaps--) RemoveFirst();
        }
        else
        {
            for (int i = indices[0]; i < Count; i++)
            {
                if (gaps < indices.Length && i == indices[gaps]) gaps++;
                else Put(i - gaps, _elements[i]);
            }
            for (; gaps > 0; gaps--) RemoveLast();
        }
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

    public override bool TryWrite(ReadOnlySpan<byte> label, ByteBuffer value)
    {
        long index = PositionOf(label) - FirstPosition;
        if (index < 0 || index >= Count) return false;
        value.WriteBinary(_elements[(int)index]);
        return true;
    }

    /// <summary>Only behind the last one.</summary>
    public override bool TryRestore(scoped ReadOnlySpan<byte> label, ref CanonicalReader value)
    {
        if (label.Length != sizeof(long) || PositionOf(label) != FirstPosition + Count
            || !value.TryReadBinary(out ReadOnlySpan<byte> element)
            || element.Length > KvLimits.ValueBytesMax) return false;
        AddLast(element);
        return true;
    }

    private void Put(int index, byte[] element)
    {
        Span<byte> label = stackalloc byte[sizeof(long)];
        Write(FirstPosition + index, label);
        Replaced(label, _elements[index], element);
        _elements[index] = element;
    }

    private void PutFirst(byte[] element)
    {
        FirstPosition--;
        _elements.AddFirst(element);
        Noted(FirstPosition, element);
    }

    private void PutLast(byte[] element)
    {
        Noted(FirstPosition + Count, element);
        _elements.AddLast(element);
    }

    private void Noted(long position, ReadOnlySpan<byte> element)
    {
        Span<byte> label = stackalloc byte[sizeof(long)];
        Write(position, label);
        Added(label, element);
    }

    private void Forgotten(long position, ReadOnlySpan<byte> element)
    {
        Span<byte> label = stackalloc byte[sizeof(long)];
        Write(position, label);
        Removed(label, element);
    }

    private static byte[] LabelOf(long position)
    {
        byte[] label = new byte[sizeof(long)];
        Write(position, label);
        return label;
    }

    // Labels are ordered as the positions, those below zero first.
    private static void Write(long position, Span<byte> label) =>
        BinaryPrimitives.WriteInt64BigEndian(label, position ^ long.MinValue);

    private static long PositionOf(ReadOnlySpan<byte> label) =>
        BinaryPrimitives.ReadInt64BigEndian(label) ^ long.MinValue;
}
