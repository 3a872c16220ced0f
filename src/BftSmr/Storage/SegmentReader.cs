using System.Buffers.Binary;

namespace BftSmr.Storage;

/// <summary>Reads one log segment: record by record, and beyond a bad record, to tell a torn end from damage.</summary>
internal sealed class SegmentReader : IDisposable
{
    private const int WindowBytesMin = 1 << 20;

    private readonly ISegmentBytes _file;
    private readonly long _fileLength;
    private byte[] _window;
    private long _windowStart;
    private int _windowLength;

    public SegmentReader(string path)
        : this(path, new SegmentFile(path))
    {
    }

    public SegmentReader(string path, ISegmentBytes bytes)
    {
        Path = path;
        _file = bytes;
        _fileLength = bytes.Length;
        _window = new byte[Math.Min(WindowBytesMin, _fileLength)];
        HasHeader = SegmentHeader.TryRead(Peek(0, SegmentHeader.Size), out SegmentHeader header);
        Header = header;
        IsOfAnotherVersion = SegmentHeader.IsOfAnotherVersion(Peek(0, SegmentHeader.Size));
    }

    public string Path { get; }

    /// <summary>Whether the file begins with an intact header.</summary>
    public bool HasHeader { get; }

    public SegmentHeader Header { get; }

    /// <summary>It is intact, and not for this version to read.</summary>
    public bool IsOfAnotherVersion { get; }

    /// <summary>Where the next record is expected; after the last one, where the segment's good part ends.</summary>
    public long Offset { get; private set; } = SegmentHeader.Size;

    /// <summary>The next record; false at the end of the good part. The payload is valid until the next call.</summary>
    public bool TryReadNext(out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        if (!TryReadAt(Offset, out header, out payload)) return false;
        Offset += RecordHeader.Space(header.Length);
        return true;
    }

    /// <summary>Goes back to the first record.</summary>
    public void Rewind() => Offset = SegmentHeader.Size;

    /// <summary>
    /// After the last good record: whether anything proves that more was once on disk behind it. If so the log is
    /// damaged; if not, it merely ends in a write that was never completed, on which nothing depends.
    /// </summary>
    public bool IsDamagedBehindEnd()
    {
        if (Offset < Header.InitialEnd) return true;
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(salt, Header.Salt);
        for (long from = Offset; from < _fileLength;)
        {
            ReadOnlySpan<byte> bytes = Peek(from, WindowBytesMin);
            int found = bytes.IndexOf(salt);
            if (found < 0)
            {
                if (bytes.Length < WindowBytesMin) return false;
                from += bytes.Length - salt.Length; // one could lie across the edge
                continue;
            }
            long record = from + found - RecordHeader.SaltOffset;
            if (record > Offset && record % RecordHeader.Alignment == 0
                && TryReadAt(record, out RecordHeader header, out _) && header.DurableEnd > Offset) return true;
            from += found + 1;
        }
        return false;
    }

    public void Dispose() => _file.Dispose();

    private bool TryReadAt(long offset, out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!RecordHeader.TryRead(Peek(offset, RecordHeader.Size), Header.Salt, out header)) return false;
        if (header.Length > _fileLength - offset - RecordHeader.Size) return false;
        ReadOnlySpan<byte> record = Peek(offset, RecordHeader.Size + header.Length);
        if (!RecordHeader.IsIntact(record, offset)) return false;
        payload = record[RecordHeader.Size..];
        return true;
    }

    /// <summary>The bytes at an offset; fewer only at the end of the file.</summary>
    private ReadOnlySpan<byte> Peek(long offset, int count)
    {
        count = (int)Math.Min(count, Math.Max(0, _fileLength - offset));
        if (offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            if (_window.Length < count) _window = new byte[count];
            _windowStart = offset;
            _windowLength = 0;
            while (_windowLength < _window.Length)
            {
                int read = _file.Read(_window.AsSpan(_windowLength), offset + _windowLength);
                if (read == 0) break;
                _windowLength += read;
            }
        }
        int start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Min(count, _windowLength - start));
    }
}
