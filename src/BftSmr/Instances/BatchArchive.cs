using BftCloud.Primitives;

namespace BftSmr.Instances;

/// <summary>
/// The bytes of executed batches, in blocks of memory that are used over and over: batches are kept until a checkpoint
/// covers them, just long enough to be a burden to a garbage collector that bets on short lives, and come and go in
/// order. What it hands out is valid until it is released.
/// </summary>
internal sealed class BatchArchive
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Larger ones have an array of their own, as they would leave much of a block empty.</summary>
    private const int SharedBytesMax = BlockBytes / 4;

    private const int SparesMax = 8;

    private readonly Stack<Block> _spares = new();
    private Block? _open;

    /// <summary>Copies bytes.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> bytes, out Block block)
    {
        if (bytes.Length > SharedBytesMax)
        {
            block = new Block(bytes.ToArray());
            return block.Take(bytes.Length);
        }
        if (_open is null || _open.Free < bytes.Length)
        {
            Block? full = _open;
            _open = _spares.TryPop(out Block? spare)
                ? spare
                : new Block(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true));
            if (full is { Users: 0 }) Spare(full);
        }
        block = _open;
        Memory<byte> kept = block.Take(bytes.Length);
        bytes.CopyTo(kept);
        return kept;
    }

    /// <summary>The batches of this block of one time are not needed any more.</summary>
    public void Release(Block block)
    {
        block.Leave();
        if (block.Users == 0 && block != _open) Spare(block);
    }

    private void Spare(Block block)
    {
        if (block.Size != BlockBytes || _spares.Count == SparesMax) return;
        block.Empty();
        _spares.Push(block);
    }

    /// <summary>
    /// A piece of memory, filled from the front, and free again when all that is in it has been released.
    /// </summary>
    internal sealed class Block(byte[] bytes)
    {
        private int _used;

        public int Users { get; private set; }

        public int Size => bytes.Length;

        public int Free => bytes.Length - _used;

        public Memory<byte> Take(int count)
        {
            Memory<byte> taken = bytes.AsMemory(_used, count);
            _used += count;
            Users++;
            return taken;
        }

        public void Leave()
        {
            Users--;
            Invariant.Holds(Users >= 0, "what is kept is released once");
        }

        public void Empty() => _used = 0;
    }
}
