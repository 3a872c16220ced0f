using System.Globalization;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The segment that is being written. Its file has its full size from the start. Where it was never written before, it
/// is written with zeros a little ahead of the records. So a flush need not update the file's metadata: file systems
/// note which blocks of a file were ever written. Invariants: what is on disk was written, and what was written is
/// within what was prepared.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    public const string Suffix = ".wal";
    private const string Prefix = "log-";

    /// <summary>How far ahead of the records the file is prepared at a time.</summary>
    private const int PreparedAheadBytes = 1 << 20;

    private static readonly byte[] s_zeros = new byte[128 << 10];

    private readonly SafeFileHandle _file;
    private readonly long _preparedMax;
    private long _durableEnd;

    /// <summary>Takes over a file that is to have this name.</summary>
    /// <param name="path">The file's name once <see cref="Begin"/> has returned.</param>
    /// <param name="file">The file, open.</param>
    /// <param name="header">How the segment begins.</param>
    /// <param name="preparedEnd">Everything in the file before this offset has been written at some time.</param>
    /// <param name="preparedMax">Where to stop preparing it; 0 if it is never flushed.</param>
    public LogSegment(string path, SafeFileHandle file, SegmentHeader header, long preparedEnd, long preparedMax)
    {
        Path = path;
        _file = file;
        _preparedMax = preparedMax;
        Header = header;
        PreparedEnd = preparedEnd;
        End = DurableEnd = header.InitialEnd;
    }

    public string Path { get; }

    public SegmentHeader Header { get; }

    /// <summary>Everything in the file before this offset has been written at some time, if only with zeros.</summary>
    public long PreparedEnd { get; private set; }

    /// <summary>Where the next record goes.</summary>
    public long End { get; private set; }

    /// <summary>Everything before this offset is on disk. Any thread may ask.</summary>
    public long DurableEnd
    {
        get => Volatile.Read(ref _durableEnd);
        private set => Volatile.Write(ref _durableEnd, value);
    }

    public static string FileName(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D16}{Suffix}");

    /// <summary>The number in a segment's file name; false for any other file.</summary>
    public static bool TryParseName(string file, out long number)
    {
        number = 0;
        ReadOnlySpan<char> name = System.IO.Path.GetFileName(file.AsSpan());
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(
                name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Puts the header and the first records on disk.</summary>
    /// <exception cref="IOException">They may not be there.</exception>
    public void Begin(ReadOnlySpan<byte> start)
    {
        Invariant.Holds(start.Length == End, "a segment begins with what its header says");
        RandomAccess.Write(_file, start, 0);
        Prepare();
        FileSync.Data(_file);
    }

    public void Write(ReadOnlySpan<byte> records)
    {
        try
        {
            RandomAccess.Write(_file, records, End);
            End += records.Length;
            Prepare();
            Invariant.Holds(
                DurableEnd <= End && End <= PreparedEnd, "what is on disk was written, where the file was prepared");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Writing the log", Path, e);
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
            throw StorageException.Failed("Flushing the log", Path, e);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Prepare()
    {
        if (End <= PreparedEnd) return;
        PreparedEnd = End;
        long end = Math.Min(End + PreparedAheadBytes, _preparedMax);
        while (PreparedEnd < end)
        {
            int bytes = (int)Math.Min(end - PreparedEnd, s_zeros.Length);
            RandomAccess.Write(_file, s_zeros.AsSpan(0, bytes), PreparedEnd);
            PreparedEnd += bytes;
        }
    }
}
