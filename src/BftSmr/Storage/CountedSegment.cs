namespace BftSmr.Storage;

/// <summary>A segment of a log whose bytes are counted when they are read for the first time.</summary>
internal sealed class CountedSegment(ISegmentBytes segment, ReadProgress progress) : ISegmentBytes
{
    private long _end;

    public long Length => segment.Length;

    public int Read(Span<byte> buffer, long offset)
    {
        int read = segment.Read(buffer, offset);
        if (offset + read > _end)
        {
            progress.Note(offset + read - _end);
            _end = offset + read;
        }
        return read;
    }

    public void Dispose()
    {
        if (Length > _end) progress.Note(Length - _end); // what is behind the good part need not be read
        _end = Length;
        segment.Dispose();
    }
}
