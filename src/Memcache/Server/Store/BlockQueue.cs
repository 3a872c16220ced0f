namespace Memcache.Server.Store;

/// <summary>
/// Blocks in the order in which they were filled, and the one that is being filled, which is not among them.
/// </summary>
/// <param name="arena">Whose blocks they are.</param>
/// <param name="use">What for.</param>
internal sealed class BlockQueue(Arena arena, BlockUse use)
{
    private int _last = -1;

    public BlockUse Use => use;

    /// <summary>The block that was filled before all others; -1 if there is none.</summary>
    public int Oldest { get; private set; } = -1;

    /// <summary>The block that is being filled; -1 if there is none.</summary>
    public int Open { get; private set; } = -1;

    /// <summary>Blocks, the open one included.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that are left in the open block.</summary>
    public int Room => Open < 0 ? 0 : Arena.BlockBytes - arena[Open].Used;

    /// <summary>Takes a free block to be filled; the one that was open joins the others.</summary>
    public void OpenNext()
    {
        Seal();
        Open = arena.Take(use);
        Count++;
    }

    /// <summary>The open block joins the others.</summary>
    public void Seal()
    {
        if (Open < 0) return;
        Append(Open);
        Open = -1;
    }

    /// <summary>Frees a block; the open one, too.</summary>
    public void Free(int block)
    {
        if (block == Open) Open = -1;
        else Unlink(block);
        Count--;
        arena.Free(block);
    }

    /// <summary>Makes a block the last in the order.</summary>
    public void MoveToEnd(int block)
    {
        Unlink(block);
        Append(block);
    }

    private void Append(int block)
    {
        (arena[block].Previous, arena[block].Next) = (_last, -1);
        if (_last < 0) Oldest = block;
        else arena[_last].Next = block;
        _last = block;
    }

    private void Unlink(int block)
    {
        (int previous, int next) = (arena[block].Previous, arena[block].Next);
        if (previous < 0) Oldest = next;
        else arena[previous].Next = next;
        if (next < 0) _last = previous;
        else arena[next].Previous = previous;
    }
}
