using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// The receive buffer of a link: bytes go in as they arrive, opened records come out. Small while little arrives, and
/// never larger than one record of the largest size. Not thread-safe.
/// </summary>
internal sealed class RecordReader : IDisposable
{
    private const int SmallBytes = 4096;
    private const int LargeBytes = SecureLink.RecordBytesMax;

    /// <summary>After so many reads that would have fitted the small buffer the large one is given back.</summary>
    private const int SmallReadsToShrink = 64;

    // Pinned, since a receive is pending on it most of the time. Larger ones are borrowed.
    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(SmallBytes, pinned: true);
    private readonly NoiseCipher _cipher;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _smallReads;

    public RecordReader(NoiseCipher cipher)
    {
        _cipher = cipher;
        _buffer = _small;
    }

    /// <summary>Where the next bytes go; never empty.</summary>
    public Memory<byte> Room()
    {
        int waiting = _end - _start;
        int needed = waiting >= SecureLink.LengthBytes
            ? SecureLink.LengthBytes + LengthAtStart()
            : SecureLink.LengthBytes;
        if (waiting == 0) _start = _end = 0;
        if (_smallReads < 0) Resize(LargeBytes);
        else if (needed > _buffer.Length) Resize(needed);
        else if (_smallReads >= SmallReadsToShrink && waiting == 0 && _buffer.Length > SmallBytes) Resize(SmallBytes);
        else if (_start + needed > _buffer.Length || _end == _buffer.Length) MoveToFront(_buffer);
        return _buffer.AsMemory(_end);
    }

    /// <summary>So many bytes were put into the room.</summary>
    public void Advance(int count)
    {
        // A read that filled all the room there was: more waits, so take more at a time.
        bool full = _end + count == _buffer.Length && _buffer.Length < LargeBytes;
        _smallReads = full ? -1 : count <= SmallBytes / 2 ? Math.Max(_smallReads, 0) + 1 : 0;
        _end += count;
    }

    /// <summary>A record did not open: nothing after it can be read.</summary>
    public bool IsCorrupt { get; private set; }

    /// <summary>
    /// Opens the next record; its plaintext stays valid until <see cref="Room"/>. False if there is none that is
    /// complete, or it is corrupt.
    /// </summary>
    public bool TryRead(out ReadOnlyMemory<byte> plaintext)
    {
        plaintext = default;
        if (IsCorrupt || _end - _start < SecureLink.LengthBytes) return false;
        int length = LengthAtStart();
        IsCorrupt = length < _cipher.TagBytes || length > LargeBytes - SecureLink.LengthBytes;
        if (IsCorrupt || _end - _start < SecureLink.LengthBytes + length) return false;
        Memory<byte> record = _buffer.AsMemory(_start + SecureLink.LengthBytes, length);
        IsCorrupt = !_cipher.TryOpen(record.Span);
        if (IsCorrupt) return false;
        _start += SecureLink.LengthBytes + length;
        plaintext = record[..^_cipher.TagBytes];
        return true;
    }

    /// <summary>Gives the buffer back and zeroes the key.</summary>
    public void Dispose()
    {
        GiveBack(_buffer);
        _buffer = _small;
        _cipher.Dispose();
    }

    private int LengthAtStart() => BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));

    private void Resize(int size)
    {
        byte[] old = _buffer;
        byte[] buffer = size == SmallBytes ? _small : ArrayPool<byte>.Shared.Rent(size);
        MoveToFront(buffer);
        _buffer = buffer;
        _smallReads = 0;
        GiveBack(old);
    }

    private void GiveBack(byte[] buffer)
    {
        if (buffer != _small) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void MoveToFront(byte[] destination)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(destination);
        _end -= _start;
        _start = 0;
    }
}
