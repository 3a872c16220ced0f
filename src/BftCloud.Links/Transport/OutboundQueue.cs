using System.Buffers;

namespace BftCloud.Links;

/// <summary>
/// Bytes that wait to be sent, first in, first out, with a mark up to which they may leave. Kept in segments, so that it grows to
/// megabytes without copying and an idle link holds a kilobyte. Not thread-safe.
/// </summary>
internal sealed class OutboundQueue
{
    private const int SegmentBytesMin = 1024;
    private const int SegmentBytesMax = 64 << 10;

    private Segment? _head;
    private Segment? _tail;

    /// <summary>All bytes that wait.</summary>
    public long Length { get; private set; }

    /// <summary>Those that may leave.</summary>
    public long Flushed { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_tail is null || _tail.End == _tail.Bytes.Length) AddSegment(bytes.Length);
            Span<byte> room = _tail!.Bytes.AsSpan(_tail.End);
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            _tail.End += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Everything appended so far may leave.</summary>
    public void Flush() => Flushed = Length;

    /// <summary>Takes exactly as many bytes as the destination has room for; no more than may leave.</summary>
    public void Take(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Flushed);
        Length -= destination.Length;
        Flushed -= destination.Length;
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> available = _head!.Bytes.AsSpan(_head.Start, _head.End - _head.Start);
            int count = Math.Min(available.Length, destination.Length);
            available[..count].CopyTo(destination);
            destination = destination[count..];
            _head.Start += count;
            if (_head.Start == _head.End) RemoveHead();
        }
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        for (Segment? segment = _head; segment is not null; segment = segment.Next) ArrayPool<byte>.Shared.Return(segment.Bytes);
        _head = _tail = null;
        Length = Flushed = 0;
    }

    private void AddSegment(int wanted)
    {
        int size = Math.Clamp(Math.Max(wanted, 2 * (_tail?.Bytes.Length ?? 0)), SegmentBytesMin, SegmentBytesMax);
        Segment segment = new(ArrayPool<byte>.Shared.Rent(size));
        if (_tail is null) _head = segment;
        else _tail.Next = segment;
        _tail = segment;
    }

    private void RemoveHead()
    {
        Segment empty = _head!;
        if (empty.Next is null && empty.Bytes.Length <= SegmentBytesMin)
        {
            empty.Start = empty.End = 0;
            return;
        }
        _head = empty.Next;
        if (_head is null) _tail = null;
        ArrayPool<byte>.Shared.Return(empty.Bytes);
    }

    private sealed class Segment(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;
        public int Start { get; set; }
        public int End { get; set; }
        public Segment? Next { get; set; }
    }
}
