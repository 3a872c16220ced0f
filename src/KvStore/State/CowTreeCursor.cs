namespace KvStore.State;

/// <summary>Walks a tree in the order of its keys. Stands before the first key at first.</summary>
internal sealed class CowTreeCursor<TValue>
{
    // 64-way nodes that are at least quarter full on average: far more keys than fit into memory.
    private const int DepthMax = 16;

    private readonly CowNode<TValue>? _root;
    private readonly CowNode<TValue>[] _path = new CowNode<TValue>[DepthMax];
    private readonly int[] _positions = new int[DepthMax];
    private int _depth;

    public CowTreeCursor(CowNode<TValue>? root)
    {
        _root = root;
        Seek([]);
    }

    public byte[] Key => _path[_depth - 1].Keys[_positions[_depth - 1]];
    public TValue Value => _path[_depth - 1].Values[_positions[_depth - 1]];

    /// <summary>Goes to just before the first key at or above the one given.</summary>
    public void Seek(ReadOnlySpan<byte> key)
    {
        _depth = 0;
        CowNode<TValue>? node = _root;
        while (node is not null)
        {
            int position;
            if (node.IsLeaf)
            {
                position = node.Find(key);
                if (position < 0) position = ~position;
                position -= 1; // MoveNext goes on to it
            }
            else
            {
                position = node.ChildOf(key);
            }
            _path[_depth] = node;
            _positions[_depth++] = position;
            node = node.IsLeaf ? null : node.Children[position];
        }
    }

    /// <summary>Goes to the key that so many others precede; false if there is none.</summary>
    public bool MoveTo(int index)
    {
        _depth = 0;
        CowNode<TValue>? node = _root;
        if (node is null || index < 0 || index >= node.Size) return false;
        while (!node.IsLeaf)
        {
            int child = 0;
            while (index >= node.Children[child].Size) index -= node.Children[child++].Size;
            _path[_depth] = node;
            _positions[_depth++] = child;
            node = node.Children[child];
        }
        _path[_depth] = node;
        _positions[_depth++] = index;
        return true;
    }

    /// <summary>Goes back to the key before; false at the beginning.</summary>
    public bool MovePrevious()
    {
        while (_depth > 0)
        {
            CowNode<TValue> node = _path[_depth - 1];
            int position = --_positions[_depth - 1];
            if (position < 0)
            {
                _depth--;
                continue;
            }
            if (node.IsLeaf) return true;
            CowNode<TValue> child = node.Children[position];
            _path[_depth] = child;
            _positions[_depth++] = child.Count;
        }
        return false;
    }

    /// <summary>Goes on to the next key; false at the end.</summary>
    public bool MoveNext()
    {
        while (_depth > 0)
        {
            CowNode<TValue> node = _path[_depth - 1];
            int position = ++_positions[_depth - 1];
            if (position >= node.Count)
            {
                _depth--;
                continue;
            }
            if (node.IsLeaf) return true;
            _path[_depth] = node.Children[position];
            _positions[_depth++] = -1;
        }
        return false;
    }
}
