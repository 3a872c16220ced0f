using System.Runtime.InteropServices;

namespace DepSky.Client;

/// <summary>
/// A segment's memory, which never moves: its blocks one after the other, data blocks first, so that the data blocks
/// are the (encrypted) content as it is. Shared by all holders of a reference; goes back to its pool with the last.
/// </summary>
internal sealed class SegmentBuffer(SegmentPool pool, byte[] memory)
{
    private int _references = 1;
    private int _busy;
    private int _blockBytes;

    public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(memory, 0, memory.Length);

    /// <summary>Begins a new use.</summary>
    public void Reset(int blockBytes)
    {
        _blockBytes = blockBytes;
        _busy = 0;
        _references = 1;
    }

    /// <summary>How long each block is, once that is known.</summary>
    public void SetBlockBytes(int blockBytes) => _blockBytes = blockBytes;

    public Memory<byte> Block(int index) =>
        MemoryMarshal.CreateFromPinnedArray(memory, index * _blockBytes, _blockBytes);

    /// <summary>A request writes into a block, until <see cref="EndWriting"/>.</summary>
    public void BeginWriting(int block) => Interlocked.Or(ref _busy, 1 << block);

    public void EndWriting(int block) => Interlocked.And(ref _busy, ~(1 << block));

    /// <summary>
    /// Whether a request may still write into it, if only because a cancelled one has not ended yet.
    /// </summary>
    public bool IsBeingWritten(int block) => (Volatile.Read(ref _busy) >> block & 1) != 0;

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) pool.Return(this);
    }
}
