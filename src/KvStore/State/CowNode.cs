namespace KvStore.State;

/// <summary>
/// A node of a <see cref="CowTree{TValue}"/>. A leaf holds keys with values; an inner node holds children. At i > 0 it
/// has a lower bound of the keys below child i, which is above all keys below child i-1. Arrays grow as needed, up to
/// <see cref="FanOut"/>.
/// </summary>
internal sealed class CowNode<TValue>
{
    /// <summary>
    /// The most entries of a node: a copy of one costs some 100 ns, a million keys are three levels deep.
    /// </summary>
    public const int FanOut = 64;

    private const int CapacityMin = 4;

    private int _keysBelow; // of an inner node

    public long Generation { get; private init; }
    public int Count { get; private set; }
    public byte[][] Keys { get; private set; }
    public TValue[] Values { get; private set; }
    public CowNode<TValue>[] Children { get; private set; }

    private CowNode(long generation, byte[][] keys, TValue[] values, CowNode<TValue>[] children)
    {
        Generation = generation;
        Keys = keys;
        Values = values;
        Children = children;
    }

    /// <summary>How many keys this leaf, or the leaves below this node, have.</summary>
    public int Size => IsLeaf ? Count : _keysBelow;

    public bool IsLeaf => Children.Length == 0;
    public bool IsFull => Count == FanOut;

    public static CowNode<TValue> Leaf(long generation, int capacity = CapacityMin) =>
        new(generation, new byte[capacity][], new TValue[capacity], []);

    public static CowNode<TValue> Inner(long generation) =>
        new(generation, new byte[FanOut][], [], new CowNode<TValue>[FanOut]);

    public CowNode<TValue> Copy(long generation) =>
        new(generation, [.. Keys], [.. Values], [.. Children]) { Count = Count, _keysBelow = _keysBelow };

    /// <summary>So many keys came below a child of this node, or went.</summary>
    public void SizeChanged(int by) => _keysBelow += by;

    /// <summary>The position of the key in this leaf, or the complement of where it belongs.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        byte[][] keys = Keys;
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = key.SequenceCompareTo(keys[middle]);
            if (order == 0) return middle;
            if (order > 0) low = middle + 1;
            else high = middle - 1;
        }
        return ~low;
    }

    /// <summary>The child below which the key is, or belongs.</summary>
    public int ChildOf(ReadOnlySpan<byte> key)
    {
        byte[][] keys = Keys;
        int low = 1, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (key.SequenceCompareTo(keys[middle]) >= 0) low = middle + 1;
            else high = middle - 1;
        }
        return high < 0 ? 0 : high;
    }

    public void InsertEntry(int position, byte[] key, TValue value)
    {
        if (Count == Keys.Length) Grow();
        Array.Copy(Keys, position, Keys, position + 1, Count - position);
        Array.Copy(Values, position, Values, position + 1, Count - position);
        Keys[position] = key;
        Values[position] = value;
        Count++;
    }

    public void InsertChild(int position, byte[] lowerBound, CowNode<TValue> child)
    {
        Array.Copy(Keys, position, Keys, position + 1, Count - position);
        Array.Copy(Children, position, Children, position + 1, Count - position);
        Keys[position] = lowerBound;
        Children[position] = child;
        Count++;
        _keysBelow += child.Size;
    }

    /// <summary>Takes away an entry, or a child that is empty or whose keys another child has taken.</summary>
    public void RemoveAt(int position)
    {
        Count--;
        Array.Copy(Keys, position + 1, Keys, position, Count - position);
        Keys[Count] = null!;
        if (IsLeaf)
        {
            Array.Copy(Values, position + 1, Values, position, Count - position);
            Values[Count] = default!;
        }
        else
        {
            Array.Copy(Children, position + 1, Children, position, Count - position);
            Children[Count] = null!;
        }
    }

    /// <summary>Moves what stands from <paramref name="position"/> on to a new right neighbour.</summary>
    public CowNode<TValue> SplitAt(int position)
    {
        CowNode<TValue> right = IsLeaf ? Leaf(Generation, FanOut) : Inner(Generation);
        right.Append(this, position, IsLeaf ? [] : Keys[position]);
        Array.Clear(Keys, position, Count - position);
        if (IsLeaf) Array.Clear(Values, position, Count - position);
        else Array.Clear(Children, position, Count - position);
        _keysBelow -= right._keysBelow;
        Count = position;
        return right;
    }

    /// <summary>
    /// Appends what stands in another node from a position on; <paramref name="lowerBound"/> is a bound of the first of
    /// them.
    /// </summary>
    public void Append(CowNode<TValue> other, int position, byte[] lowerBound)
    {
        int moved = other.Count - position;
        while (Keys.Length < Count + moved) Grow();
        Array.Copy(other.Keys, position, Keys, Count, moved);
        if (IsLeaf)
        {
            Array.Copy(other.Values, position, Values, Count, moved);
        }
        else
        {
            Array.Copy(other.Children, position, Children, Count, moved);
            for (int i = Count; i < Count + moved; i++) _keysBelow += Children[i].Size;
            Keys[Count] = lowerBound;
        }
        Count += moved;
    }

    private void Grow()
    {
        int capacity = Math.Min(FanOut, 2 * Keys.Length);
        byte[][] keys = Keys;
        TValue[] values = Values;
        Array.Resize(ref keys, capacity);
        Array.Resize(ref values, capacity);
        Keys = keys;
        Values = values;
    }
}
