using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BftCloud.Primitives;

namespace Memcache.Server.Store;

/// <summary>
/// The memory of a cache: blocks of 64 KiB outside of the managed heap. All that the cache holds for its items is taken
/// from here, the hash table and the headers included, so the bound is exact. Pages that were never used are no memory
/// of the process yet.
/// <para>A reference is 32 bits: the block, and the place within it in units of 8 bytes. Zero refers to nothing: the
/// first block belongs to the hash table.</para>
/// </summary>
internal sealed unsafe class Arena : IDisposable
{
    public const int BlockBytes = 64 << 10;

    /// <summary>What is given out begins at multiples of this.</summary>
    public const int UnitBytes = 8;

    /// <summary>What references can reach.</summary>
    public const long BytesMax = 1L << 35;

    private const int UnitsOfBlockBits = 13;

    private readonly BlockState[] _blocks;
    private byte* _base;
    private int _firstFree;

    /// <param name="bytes">What the arena may take, with what it has to know of its blocks.</param>
    public Arena(long bytes)
    {
        Invariant.Holds(bytes <= BytesMax, "references reach the whole arena");
        int count = (int)(bytes / (BlockBytes + Unsafe.SizeOf<BlockState>()));
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)count * BlockBytes, BlockBytes);
        _blocks = new BlockState[count];
        for (int i = 0; i < count; i++) _blocks[i].Next = i + 1 < count ? i + 1 : -1;
        FreeBlocks = count;
    }

    public int Blocks => _blocks.Length;

    public int FreeBlocks { get; private set; }

    public ref BlockState this[int block] => ref _blocks[block];

    public byte* At(uint reference) => _base + (long)reference * UnitBytes;

    public byte* AtBlock(int block) => _base + (long)block * BlockBytes;

    public static int BlockOf(uint reference) => (int)(reference >> UnitsOfBlockBits);

    public static uint ReferenceOf(int block, int offset) =>
        ((uint)block << UnitsOfBlockBits) | (uint)(offset / UnitBytes);

    /// <summary>Bytes that so many take here.</summary>
    public static int Rounded(int bytes) => (bytes + UnitBytes - 1) & ~(UnitBytes - 1);

    /// <summary>A free block, empty, for this use. There must be one.</summary>
    public int Take(BlockUse use)
    {
        int block = _firstFree;
        Invariant.Holds(FreeBlocks > 0 && _blocks[block].Use == BlockUse.Free, "a block that is taken was free");
        ref BlockState state = ref _blocks[block];
        _firstFree = state.Next;
        FreeBlocks--;
        (state.Previous, state.Next, state.Used, state.Live, state.Use) = (-1, -1, 0, 0, use);
        return block;
    }

    /// <summary>Gives a block back that no queue holds and no connection uses.</summary>
    public void Free(int block)
    {
        ref BlockState state = ref _blocks[block];
        Invariant.Holds(state.Use != BlockUse.Free && state.Pins == 0, "a block that is in use is not freed");
        state.Use = BlockUse.Free;
        state.Next = _firstFree;
        _firstFree = block;
        FreeBlocks++;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_base);
        _base = null;
    }
}
