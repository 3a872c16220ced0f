using System.Buffers;

namespace BftSmr.Replication;

/// <summary>A growing buffer that is used again and again, and can be cut back.</summary>
internal sealed class ReplyBuffer : IBufferWriter<byte>
{
    private const int BytesMin = 8 << 10;
    private const int BytesKeptMax = 256 << 10;

    private byte[] _bytes = new byte[BytesMin];

    /// <summary>Bytes written; may be set to a smaller value.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

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

    /// <summary>Empties it, and lets go of memory that only an unusually large reply needed.</summary>
    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > BytesKeptMax) _bytes = new byte[BytesMin];
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
