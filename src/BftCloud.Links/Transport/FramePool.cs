using System.Buffers;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Memory for bytes that wait to be sent. Pieces up to 64 KiB come from the runtime's pool. Larger ones are kept here,
/// a mebibyte of them: the runtime would keep dozens of each size once a slow link has held as many. Safe for any
/// number of threads.
/// </summary>
/// <param name="spareBytesMax">Bytes of large pieces that are kept; the garbage collector takes the rest.</param>
internal sealed class FramePool(long spareBytesMax = FramePool.SpareBytesMax)
{
    /// <summary>The bound unless another is given.</summary>
    public const long SpareBytesMax = 1 << 20;

    private const int SmallBytesMax = 64 << 10;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _spares = [];

    /// <summary>The one of the process.</summary>
    public static FramePool Shared { get; } = new();

    /// <summary>Bytes of large pieces that are kept now.</summary>
    public long SpareBytes { get; private set; }

    /// <summary>At least so many bytes, with what was written there before.</summary>
    public byte[] Rent(int bytes)
    {
        if (bytes <= SmallBytesMax) return ArrayPool<byte>.Shared.Rent(bytes);
        lock (_lock)
        {
            int best = -1;
            for (int i = 0; i < _spares.Count; i++)
            {
                if (_spares[i].Length >= bytes && (best < 0 || _spares[i].Length < _spares[best].Length)) best = i;
            }
            if (best >= 0) return TakeSpare(best);
        }
        long rounded = ((long)bytes + SmallBytesMax - 1) / SmallBytesMax * SmallBytesMax;
        return GC.AllocateUninitializedArray<byte>((int)Math.Min(rounded, Math.Max(bytes, Array.MaxLength)));
    }

    /// <summary>Gives a piece back, which must not be used any more.</summary>
    public void Return(byte[] bytes)
    {
        if (bytes.Length <= SmallBytesMax)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            return;
        }
        lock (_lock)
        {
            if (SpareBytes + bytes.Length > spareBytesMax) return;
            _spares.Add(bytes);
            SpareBytes += bytes.Length;
        }
    }

    private byte[] TakeSpare(int index)
    {
        byte[] spare = _spares[index];
        _spares[index] = _spares[^1];
        _spares.RemoveAt(_spares.Count - 1);
        SpareBytes -= spare.Length;
        Invariant.Holds(SpareBytes >= 0 && SpareBytes <= spareBytesMax, "a pool keeps no more than it may");
        return spare;
    }
}
