using System.Runtime.CompilerServices;

namespace KvStore.State;

/// <summary>
/// A map from byte strings to values, ordered by the bytes. It is a B+ tree whose nodes are copied on their first write
/// after a freeze (see <see cref="State.Generation"/>). So a frozen view costs nothing until the live tree changes.
/// <para>
/// Invariants. Keys ascend within and across leaves. Every key below child i is at or above its lower bound, and below
/// that of child i+1. All leaves are equally deep. An inner node knows how many keys are below it. No node but the
/// root of an empty tree is empty. Below a node of the current generation only changed paths are of the current
/// generation.
/// </para>
/// </summary>
internal sealed class CowTree<TValue>(Generation generation)
{
    private const int MergeBelow = CowNode<TValue>.FanOut / 4;
    private const int MergedMax = CowNode<TValue>.FanOut * 3 / 4;

    private CowNode<TValue>? _root;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>A tree with the same content. Freeze the generation first, else both write to the same nodes.</summary>
    public CowTree<TValue> Fork() => new(generation) { _root = _root, Count = Count };

    /// <summary>Walks the tree as it is now; use it until the next change, or for ever after a freeze.</summary>
    public CowTreeCursor<TValue> Walk() => new(_root);

    /// <summary>The keys in their order; use it as <see cref="Walk"/>.</summary>
    public IEnumerable<byte[]> Keys
    {
        get
        {
            CowTreeCursor<TValue> cursor = Walk();
            while (cursor.MoveNext()) yield return cursor.Key;
        }
    }

    public bool TryGet(ReadOnlySpan<byte> key, out TValue value)
    {
        CowNode<TValue>? node = _root;
        while (node is not null)
        {
            if (node.IsLeaf)
            {
                int position = node.Find(key);
                if (position < 0) break;
                value = node.Values[position];
                return true;
            }
            node = node.Children[node.ChildOf(key)];
        }
        value = default!;
        return false;
    }

    /// <summary>How many keys come before this one, which need not be there.</summary>
    public int RankOf(ReadOnlySpan<byte> key)
    {
        int rank = 0;
        CowNode<TValue>? node = _root;
        while (node is { IsLeaf: false })
        {
            int child = node.ChildOf(key);
            for (int i = 0; i < child; i++) rank += node.Children[i].Size;
            node = node.Children[child];
        }
        if (node is null) return 0;
        int position = node.Find(key);
        return rank + (position < 0 ? ~position : position);
    }

    /// <summary>
    /// The key that so many others precede, with its value. It takes a step for each child passed on the way down.
    /// </summary>
    public (byte[] Key, TValue Value) At(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Count);
        CowNode<TValue> node = _root!;
        while (!node.IsLeaf)
        {
            int child = 0;
            for (int size = node.Children[0].Size; rank >= size; size = node.Children[child].Size)
            {
                rank -= size;
                child++;
            }
            node = node.Children[child];
        }
        return (node.Keys[rank], node.Values[rank]);
    }

    /// <summary>The place of the key's value, made if there was none. Good until the next change of the tree.</summary>
    /// <param name="key">The key.</param>
    /// <param name="owned">The array to keep if the key is new, or null to copy <paramref name="key"/>.</param>
    /// <param name="added">The key is new and its value still has to be set.</param>
    public ref TValue GetOrAdd(ReadOnlySpan<byte> key, byte[]? owned, out bool added)
    {
        _root ??= CowNode<TValue>.Leaf(generation.Current);
        CowNode<TValue> root = _root = Own(_root);
        ref TValue place = ref GetOrAdd(root, key, owned, atRightEdge: true, out added, out CowNode<TValue>? right);
        if (right is not null)
        {
            _root = CowNode<TValue>.Inner(generation.Current);
            _root.InsertChild(0, [], root);
            _root.InsertChild(1, LowerBoundOf(right), right);
        }
        if (added) Count++;
        return ref place;
    }

    /// <summary>Removes the key. False if it was not there.</summary>
    public bool Remove(ReadOnlySpan<byte> key, out TValue removed)
    {
        if (!TryGet(key, out removed)) return false;
        _root = Own(_root!);
        Remove(_root, key);
        while (!_root.IsLeaf && _root.Count == 1) _root = _root.Children[0];
        if (_root.Count == 0) _root = null;
        Count--;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _root = null;
        Count = 0;
    }

    private ref TValue GetOrAdd(
        CowNode<TValue> node, ReadOnlySpan<byte> key, byte[]? owned, bool atRightEdge, out bool added,
        out CowNode<TValue>? right)
    {
        if (node.IsLeaf) return ref GetOrAddInLeaf(node, key, owned, atRightEdge, out added, out right);
        int index = node.ChildOf(key);
        CowNode<TValue> child = node.Children[index] = Own(node.Children[index]);
        ref TValue place = ref GetOrAdd(
            child, key, owned, atRightEdge && index == node.Count - 1, out added, out CowNode<TValue>? childRight);
        right = null;
        if (added) node.SizeChanged(1);
        if (childRight is null) return ref place;
        node.SizeChanged(-childRight.Size); // until it is a child
        if (node.IsFull)
        {
            // At the right edge keys come in order, as when they are loaded: leave the left one full.
            right = node.SplitAt(atRightEdge && index == node.Count - 1 ? node.Count - 1 : node.Count / 2);
            if (index >= node.Count)
            {
                index -= node.Count;
                node = right;
            }
        }
        node.InsertChild(index + 1, LowerBoundOf(childRight), childRight);
        return ref place;
    }

    private static ref TValue GetOrAddInLeaf(
        CowNode<TValue> leaf, ReadOnlySpan<byte> key, byte[]? owned, bool atRightEdge,
        out bool added, out CowNode<TValue>? right)
    {
        right = null;
        int position = leaf.Find(key);
        added = position < 0;
        if (!added) return ref leaf.Values[position];
        position = ~position;
        if (leaf.IsFull)
        {
            right = leaf.SplitAt(atRightEdge && position == leaf.Count ? leaf.Count : leaf.Count / 2);
            if (position > leaf.Count || right.Count == 0)
            {
                position -= leaf.Count;
                leaf = right;
            }
        }
        leaf.InsertEntry(position, owned ?? key.ToArray(), default!);
        return ref leaf.Values[position];
    }

    private void Remove(CowNode<TValue> node, ReadOnlySpan<byte> key)
    {
        if (node.IsLeaf)
        {
            node.RemoveAt(node.Find(key));
            return;
        }
        int index = node.ChildOf(key);
        CowNode<TValue> child = node.Children[index] = Own(node.Children[index]);
        Remove(child, key);
        node.SizeChanged(-1);
        if (child.Count == 0) node.RemoveAt(index);
        else if (child.Count < MergeBelow) Merge(node, index);
    }

    private void Merge(CowNode<TValue> node, int index)
    {
        if (!TryMerge(node, index)) TryMerge(node, index - 1);
    }

    /// <summary>Moves child <paramref name="index"/>+1 into its left neighbour if the two fit well into one.</summary>
    private bool TryMerge(CowNode<TValue> node, int index)
    {
        if (index < 0 || index + 1 >= node.Count) return false;
        CowNode<TValue> right = node.Children[index + 1];
        if (node.Children[index].Count + right.Count > MergedMax) return false;
        CowNode<TValue> left = node.Children[index] = Own(node.Children[index]);
        left.Append(right, 0, node.Keys[index + 1]);
        node.RemoveAt(index + 1);
        return true;
    }

    /// <summary>A node that may be changed: the node itself, or its copy if a frozen view may hold it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CowNode<TValue> Own(CowNode<TValue> node) =>
        node.Generation == generation.Current ? node : node.Copy(generation.Current);

    // Kept in the first key of a node that was split off: its own first key if it is a leaf.
    private static byte[] LowerBoundOf(CowNode<TValue> node) => node.Keys[0];
}
