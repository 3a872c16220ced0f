using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BftCloud.Primitives;

namespace Memcache.Server.Store;

/// <summary>
/// The hash table: linear hashing over blocks of the arena, so it grows by one slot at a time and never pauses. A slot
/// has the first of its items, and the hash of an item that was evicted before it was asked for (its ghost).
/// </summary>
internal sealed unsafe class SlotTable
{
    private const int SlotsOfBlockBits = 13, SlotsOfBlock = 1 << SlotsOfBlockBits;

    private readonly Arena _arena;
    private readonly List<int> _blocks = [];
    private uint _mask = SlotsOfBlock - 1;

    public SlotTable(Arena arena)
    {
        _arena = arena;
        AddBlock();
        Slots = SlotsOfBlock;
    }

    /// <summary>How many slots there are.</summary>
    public uint Slots { get; private set; }

    /// <summary>Bytes of the blocks that the slots take.</summary>
    public long Bytes => (long)_blocks.Count * Arena.BlockBytes;

    /// <summary>The next slot needs a block.</summary>
    public bool NeedsBlock => Slots == (uint)_blocks.Count << SlotsOfBlockBits;

    /// <summary>The slot of a hash.</summary>
    public ref Slot Of(uint hash)
    {
        uint index = hash & ((_mask << 1) | 1);
        return ref At(index < Slots ? index : hash & _mask);
    }

    /// <summary>Adds a slot, and moves to it those items of another slot that belong there.</summary>
    public void Grow()
    {
        if (NeedsBlock) AddBlock();
        uint from = Slots & _mask, added = Slots++;
        uint next = At(from).First, stay = 0, move = 0;
        while (next != 0)
        {
            Piece* item = (Piece*)_arena.At(next);
            uint reference = next;
            next = item->NextInSlot;
            bool moves = (item->Hash & ((_mask << 1) | 1)) == added;
            item->NextInSlot = moves ? move : stay;
            if (moves) move = reference;
            else stay = reference;
        }
        At(from).First = stay;
        At(added).First = move;
        if (Slots == (_mask + 1) << 1) _mask = (_mask << 1) | 1;
    }

    /// <summary>Forgets all items, and gives all blocks back but the first.</summary>
    public void Clear()
    {
        for (int i = 1; i < _blocks.Count; i++) _arena.Free(_blocks[i]);
        _blocks.RemoveRange(1, _blocks.Count - 1);
        NativeMemory.Clear(_arena.AtBlock(_blocks[0]), Arena.BlockBytes);
        (Slots, _mask) = (SlotsOfBlock, SlotsOfBlock - 1);
    }

    private void AddBlock()
    {
        int block = _arena.Take(BlockUse.Table);
        Invariant.Holds(block == 0 || _blocks.Count > 0, "no reference to an item is zero");
        NativeMemory.Clear(_arena.AtBlock(block), Arena.BlockBytes);
        _blocks.Add(block);
    }

    private ref Slot At(uint index) => ref Unsafe.AsRef<Slot>(
        _arena.AtBlock(_blocks[(int)(index >> SlotsOfBlockBits)]) + (index & (SlotsOfBlock - 1)) * sizeof(Slot));

    /// <summary>A place of the table.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Slot
    {
        /// <summary>The first item; 0 if there is none.</summary>
        public uint First;

        /// <summary>The hash of an item that was evicted.</summary>
        public uint Ghost;
    }
}
