using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Storage;
using Microsoft.Win32.SafeHandles;
using static BftSmr.Tests.Storage.LogHarness;

namespace BftSmr.Tests.Storage;

/// <summary>
/// A log that is damaged while it is written: what is on disk of it is looked through, and written again as a whole.
/// </summary>
public sealed class LogScrubTests : IDisposable
{
    private static readonly LogRecord[] s_live = [.. Enumerable.Range(0, 40).Select(static i => Record(i))];

    private readonly TemporaryDirectory _directory = new();
    private readonly DamageLog _told = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_log_that_is_whole_is_read_to_where_it_was_flushed()
    {
        using WriteAheadLog log = OpenWithSegments();
        Append(log, 200, 3); // not flushed
        long read = new LogScrub(log).Scrub().Sum();
        Assert.Equal(log.OnDisk.Sum(static segment => segment.End), read);
        Assert.True(log.OnDisk.Count >= 3);
        Assert.Empty(_told.Found);
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_segment_is_told_once_with_its_place()
    {
        using WriteAheadLog log = OpenWithSegments();
        int damaged = 0;
        LogScrub scrub = new(log) { Damaged = () => damaged++ };
        foreach (LogStretch segment in log.OnDisk)
        {
            List<(long Offset, long Space)> layout = Layout(segment.Path);
            (long offset, _) = layout[layout.Count / 2];
            FlipBit(segment.Path, offset + 9);
            foreach (long _ in scrub.Scrub().Concat(scrub.Scrub())) { }
            Assert.Equal((segment.Path, offset), _told.Found[^1]);
        }
        Assert.Equal(log.OnDisk.Count, damaged);
        Assert.Equal(log.OnDisk.Count, _told.Found.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void All_that_counts_is_written_again_before_the_damaged_segment_goes(int which)
    {
        using (WriteAheadLog log = OpenWithSegments())
        {
            IReadOnlyList<LogStretch> before = log.OnDisk;
            LogStretch damaged = before[which < 0 ? before.Count - 1 : which];
            FlipBit(damaged.Path, 20);
            foreach (long _ in new LogScrub(log).Scrub()) { }
            Assert.Equal((damaged.Path, 0), Assert.Single(_told.Found));

            log.Rewrite(new Instance(7), s_live);
            Assert.Equal([damaged.Path], _told.Mended);
            Assert.True(File.Exists(damaged.Path + ".corrupt"));
            Assert.Equal([Assert.Single(log.OnDisk).Path], Segments(_directory));
            foreach (long _ in new LogScrub(log).Scrub()) { }
            Append(log, 40, 5);
            log.Flush();
        }
        LogContents contents = Read(_directory);
        Assert.False(contents.VotesForgotten);
        AssertRecords(contents, 0, 45);
        Assert.Equal((1, 1), (_told.Damage.Found, _told.Damage.Mended));
    }

    /// <summary>A crash while the segments before go leaves any of them.</summary>
    [Fact]
    public void Whatever_a_crash_leaves_of_older_segments_is_ignored()
    {
        using TemporaryDirectory old = new();
        using (WriteAheadLog log = OpenWithSegments())
        {
            FlipBit(log.OnDisk[1].Path, 20);
            foreach (long _ in new LogScrub(log).Scrub()) { }
            foreach (string segment in Segments(_directory))
                File.Copy(segment, old.At(Path.GetFileName(segment)));
            log.Rewrite(new Instance(7), s_live);
            log.Flush();
        }
        string[] files = Segments(old);
        for (int left = 0; left < 1 << files.Length; left++)
        {
            using TemporaryDirectory crashed = _directory.Copy();
            for (int i = 0; i < files.Length; i++)
            {
                if ((left >> i & 1) != 0) File.Copy(files[i], crashed.At(Path.GetFileName(files[i])));
            }
            LogContents contents = Read(crashed);
            Assert.False(contents.VotesForgotten);
            Assert.Null(contents.Damage);
            AssertRecords(contents, 0, 40);
            AssertRecords(Read(crashed), 0, 40);
        }
    }

    [Fact]
    public void A_damaged_segment_that_a_stable_checkpoint_makes_unnecessary_goes_with_the_others()
    {
        using WriteAheadLog log = OpenWithSegments();
        FlipBit(log.OnDisk[0].Path, 20);
        foreach (long _ in new LogScrub(log).Scrub()) { }
        log.BeginSegment(new Instance(9), s_live);
        log.Truncate(new Instance(9));
        Assert.Equal((1, 1), (_told.Damage.Found, _told.Damage.Mended));
        Assert.Single(log.OnDisk);
    }

    /// <summary>Reading goes on over the loss of a name, and the next use of the file.</summary>
    [Fact]
    public void A_segment_that_goes_while_it_is_read_is_no_damage()
    {
        using WriteAheadLog log = OpenWithSegments();
        using IEnumerator<long> scrub = new LogScrub(log).Scrub().GetEnumerator();
        Assert.True(scrub.MoveNext());
        log.BeginSegment(new Instance(9), s_live);
        log.Truncate(new Instance(9));
        for (int i = 0; i < 30; i++)
        {
            Append(log, 10 * i, 10);
            log.Flush();
        }
        while (scrub.MoveNext()) { }
        Assert.Empty(_told.Found);
    }

    [Fact]
    public void A_log_that_never_flushes_is_not_looked_through()
    {
        using WriteAheadLog log = Open(Small with { Flushes = false, HasVotes = false });
        Append(log, 0, 10);
        log.Flush();
        Assert.Empty(new LogScrub(log).Scrub());
    }

    /// <summary>Nothing is at address 0 of a process: the system says of it what it says of a bad sector.</summary>
    [Fact]
    public void Bytes_that_the_disk_does_not_give_are_damage()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/mem");
        Assert.False(FileBytes.TryReadExactly(file, new byte[8], 0));
        Assert.Equal(0, FileBytes.FindDifference(file, 0, new byte[8]));
    }

    private WriteAheadLog Open(LogOptions options) => WriteAheadLog.Open(
        _directory.Path, neverRan: true, Limits, options, _told.Damage, out _);

    private WriteAheadLog OpenWithSegments()
    {
        WriteAheadLog log = Open(Small);
        for (int i = 0; i < 20; i++)
        {
            Append(log, 10 * i, 10);
            log.Flush();
        }
        return log;
    }
}
