using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Runtime.Storage;

/// <summary>The segment that is being written. Its file has its full size from the start, so that a flush need not update the file's metadata.</summary>
internal sealed class LogSegment : IDisposable
{
    public const string Suffix = ".wal";
    private const string Prefix = "log-";

    private readonly SafeFileHandle _file;
    private readonly string _path;

    public LogSegment(string path, SafeFileHandle file, SegmentHeader header)
    {
        _path = path;
        _file = file;
        Header = header;
        End = DurableEnd = header.InitialEnd;
    }

    public SegmentHeader Header { get; }

    /// <summary>Where the next record goes.</summary>
    public long End { get; private set; }

    /// <summary>Everything before this offset is on disk.</summary>
    public long DurableEnd { get; private set; }

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D16}{Suffix}");

    /// <summary>The number in a segment's file name; false for any other file.</summary>
    public static bool TryParseName(string file, out long number)
    {
        number = 0;
        ReadOnlySpan<char> name = Path.GetFileName(file.AsSpan());
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public void Write(ReadOnlySpan<byte> records)
    {
        try
        {
            RandomAccess.Write(_file, records, End);
            End += records.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Writing the log", _path, e);
        }
    }

    public void Flush()
    {
        try
        {
            FileSync.Data(_file);
            DurableEnd = End;
        }
        catch (IOException e)
        {
            throw StorageException.Failed("Flushing the log", _path, e);
        }
    }

    public void Dispose() => _file.Dispose();
}
