using System.Collections.Concurrent;

namespace DepSky.Client;

/// <summary>Memory for segments, used again rather than given back; no more is kept than one operation needs.</summary>
internal sealed class SegmentPool(int bytes, int keptMax)
{
    private readonly ConcurrentBag<SegmentBuffer> _free = [];

    public int Bytes => bytes;

    public SegmentBuffer Rent(int blockBytes)
    {
        if (!_free.TryTake(out SegmentBuffer? buffer))
            buffer = new SegmentBuffer(this, GC.AllocateUninitializedArray<byte>(bytes, pinned: true));
        buffer.Reset(blockBytes);
        return buffer;
    }

    public void Return(SegmentBuffer buffer)
    {
        if (_free.Count < keptMax) _free.Add(buffer);
    }
}
