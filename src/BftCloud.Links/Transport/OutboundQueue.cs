using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Bytes that wait to be sent, first in, first out, with a mark up to which they may leave. Small frames are copied
/// into segments, so that many leave in one record and an idle link holds a kilobyte. Large ones are held by reference:
/// a frame that waits on several links is in memory once. Not thread-safe.
/// </summary>
internal sealed class OutboundQueue
{
    /// <summary>
    /// Frames from this size on are referenced; to copy a smaller one costs less than to count its users.
    /// </summary>
    public const int ReferencedBytesMin = 8 << 10;

    private const int SegmentBytesMin = 1024;
    private const int SegmentBytesMax = 64 << 10;

    private Segment? _head;
    private Segment? _tail;

    /// <summary>All bytes that wait.</summary>
    public long Length { get; private set; }

    /// <summary>Those that may leave.</summary>
    public long Flushed { get; private set; }

    /// <summary>Appends a copy.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_tail is null || !_tail.IsOwn || _tail.Buffer.Free == 0) AddSegment(bytes.Length);
            int count = _tail!.Buffer.Fill(bytes);
            _tail.End += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Appends a completed frame, by reference or, if it is small, by copy.</summary>
    public void Append(FrameBuffer frame)
    {
        if (frame.Length < ReferencedBytesMin)
        {
            Append(frame.Written);
            return;
        }
        frame.Retain();
        Add(new Segment(frame, isOwn: false) { End = frame.Length });
        Length += frame.Length;
    }

    /// <summary>Everything appended so far may leave.</summary>
    public void Flush() => Flushed = Length;

    /// <summary>Takes exactly as many bytes as the destination has room for; no more than may leave.</summary>
    /// <returns>Where they are if they were not copied to the destination; its user is the caller now.</returns>
    public FrameSlice Take(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Flushed);
        Length -= destination.Length;
        Flushed -= destination.Length;
        Invariant.Holds(Flushed >= 0 && Flushed <= Length, "no more may leave than waits");
        if (destination.Length >= ReferencedBytesMin && _head!.Count >= destination.Length)
        {
            _head.Buffer.Retain();
            FrameSlice slice = new(_head.Buffer, _head.Start, destination.Length);
            Skip(destination.Length);
            return slice;
        }
        while (!destination.IsEmpty)
        {
            int count = Math.Min(_head!.Count, destination.Length);
            _head.Buffer.Written.Slice(_head.Start, count).CopyTo(destination);
            destination = destination[count..];
            Skip(count);
        }
        return default;
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        for (Segment? segment = _head; segment is not null; segment = segment.Next) segment.Buffer.Release();
        _head = _tail = null;
        Length = Flushed = 0;
    }

    private void AddSegment(int wanted)
    {
        int doubled = _tail is { IsOwn: true } ? 2 * _tail.End : 0;
        int size = Math.Clamp(Math.Max(wanted, doubled), SegmentBytesMin, SegmentBytesMax);
        Add(new Segment(FrameBuffer.Rent(size), isOwn: true));
    }

    private void Add(Segment segment)
    {
        if (_tail is null) _head = segment;
        else _tail.Next = segment;
        _tail = segment;
    }

    private void Skip(int count)
    {
        Segment head = _head!;
        head.Start += count;
        if (head.Count > 0) return;
        if (head.Next is null)
        {
            Invariant.Holds(Length == 0, "an empty queue counts no bytes");
            if (head.IsOwn && head.End <= SegmentBytesMin && head.Buffer.IsUnshared)
            {
                head.Buffer.Reset();
                head.Start = head.End = 0;
                return;
            }
            _tail = null;
        }
        _head = head.Next;
        head.Buffer.Release();
    }

    /// <summary>A piece of the queue. Its own buffer is appended to; a frame's is only read.</summary>
    private sealed class Segment(FrameBuffer buffer, bool isOwn)
    {
        public FrameBuffer Buffer { get; } = buffer;
        public bool IsOwn { get; } = isOwn;
        public int Start { get; set; }
        public int End { get; set; }
        public int Count => End - Start;
        public Segment? Next { get; set; }
    }
}
