using BftSmr.Storage;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Tests.Storage;

/// <summary>A segment's file is written ahead of its records where it was never written, and nowhere else.</summary>
public sealed class LogSegmentTests : IDisposable
{
    private const int FileBytes = 4 << 20;
    private const int AheadBytes = 1 << 20;
    private const byte Before = 0xbb;
    private const byte Record = 0xaa;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_that_was_never_written_is_prepared_a_little_ahead()
    {
        using LogSegment segment = Begin(preparedEnd: 0);
        AssertFile(records: 1000, zerosTo: 1000 + AheadBytes);
        segment.Write(Records(AheadBytes));
        Assert.Equal(1000 + AheadBytes, segment.PreparedEnd);
        AssertFile(records: 1000 + AheadBytes, zerosTo: 1000 + AheadBytes);
        segment.Write(Records(8));
        AssertFile(records: 1008 + AheadBytes, zerosTo: 1008 + 2 * AheadBytes);
    }

    [Fact]
    public void It_is_not_prepared_beyond_its_size()
    {
        using LogSegment segment = Begin(preparedEnd: 0);
        segment.Write(Records(FileBytes - 1008));
        AssertFile(records: FileBytes - 8, zerosTo: FileBytes);
        segment.Write(Records(16));
        Assert.Equal(FileBytes + 8, segment.PreparedEnd);
        AssertFile(records: FileBytes + 8, zerosTo: FileBytes + 8);
    }

    [Fact]
    public void What_was_written_in_an_earlier_use_is_left()
    {
        using LogSegment segment = Begin(preparedEnd: 2 << 20);
        segment.Write(Records(AheadBytes));
        AssertFile(records: 1000 + AheadBytes, zerosTo: 1000 + AheadBytes);
        segment.Write(Records(AheadBytes));
        AssertFile(records: 1000 + 2 * AheadBytes, zerosTo: 1000 + 3 * AheadBytes);
    }

    [Fact]
    public void A_log_that_is_never_flushed_prepares_nothing()
    {
        using LogSegment segment = Begin(preparedEnd: 0, preparedMax: 0);
        segment.Write(Records(AheadBytes));
        AssertFile(records: 1000 + AheadBytes, zerosTo: 1000 + AheadBytes);
    }

    private LogSegment Begin(long preparedEnd, long preparedMax = FileBytes)
    {
        string path = _directory.At("segment");
        File.WriteAllBytes(path, [.. Enumerable.Repeat(Before, FileBytes)]);
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        SegmentHeader header = new()
        {
            Number =
                1, Salt = 1, Base = SegmentHeader.Continues, Supersedes = 1, Previous = 0, PreviousEnd = 0,
                InitialEnd = 1000, Owner = 0,
        };
        LogSegment segment = new(path, file, header, preparedEnd, preparedMax);
        segment.Begin(Records(1000));
        return segment;
    }

    private static byte[] Records(int bytes) => [.. Enumerable.Repeat(Record, bytes)];

    private void AssertFile(int records, int zerosTo)
    {
        byte[] file = File.ReadAllBytes(_directory.At("segment"));
        Assert.Equal(Math.Max(FileBytes, zerosTo), file.Length);
        Assert.Equal(-1, file.AsSpan(0, records).IndexOfAnyExcept(Record));
        Assert.Equal(-1, file.AsSpan(records, zerosTo - records).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, file.AsSpan(zerosTo).IndexOfAnyExcept(Before));
    }
}
