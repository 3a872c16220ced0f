using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>The bytes of a segment, wherever they are: what a <see cref="SegmentReader"/> needs of a file.</summary>
internal interface ISegmentBytes : IDisposable
{
    long Length { get; }

    /// <summary>Reads some bytes at an offset; none only at the end.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    int Read(Span<byte> buffer, long offset);
}

/// <summary>A segment's file, opened to be read.</summary>
internal sealed class SegmentFile : ISegmentBytes
{
    private readonly SafeFileHandle _file;

    public SegmentFile(string path)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Length = RandomAccess.GetLength(_file);
    }

    public long Length { get; }

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_file, buffer, offset);

    public void Dispose() => _file.Dispose();
}
