using System.Buffers;

namespace BftCloud.Primitives;

/// <summary>
/// A growing buffer that is used again and again, can be cut back, and can be changed where it was written.
/// </summary>
/// <param name="capacity">Bytes it has room for before it first grows.</param>
/// <param name="bytesKeptMax">After <see cref="Reset"/> it holds no more memory than this.</param>
internal sealed class ByteBuffer(int capacity = 4 << 10, int bytesKeptMax = 256 << 10) : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written; may be set to a smaller value.</summary>
    public int Length { get; set; }

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Moves what was written from one length on before what was written since an earlier one.</summary>
    public void MoveBefore(int start, int end)
    {
        int moved = Length - end;
        byte[] aside = ArrayPool<byte>.Shared.Rent(moved);
        _bytes.AsSpan(end, moved).CopyTo(aside);
        _bytes.AsSpan(start, end - start).CopyTo(_bytes.AsSpan(start + moved));
        aside.AsSpan(0, moved).CopyTo(_bytes.AsSpan(start));
        ArrayPool<byte>.Shared.Return(aside);
    }

    /// <summary>Empties it, and lets go of memory that only something unusually large needed.</summary>
    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > bytesKeptMax) _bytes = new byte[capacity];
    }

    private void MakeRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - Length >= needed) return;
        long size = Math.Max(2L * _bytes.Length, (long)Length + needed);
        if (size > Array.MaxLength) size = Math.Max(Array.MaxLength, checked(Length + needed));
        Array.Resize(ref _bytes, (int)size);
    }
}
