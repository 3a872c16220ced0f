using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;
using static BftSmr.Tests.Storage.LogHarness;

namespace BftSmr.Tests.Storage;

/// <summary>
/// A crash while old segments are removed may leave any of them on the disk: that is no damage, and a segment that is
/// missing for another reason is.
/// </summary>
public sealed class LogTruncationTests : IDisposable
{
    private const int SegmentRecords = 70;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, false)] // the checkpoint's segment is the last one
    [InlineData(3, false)] // others continue it
    [InlineData(3, true)] // and the checkpoint became stable in the last of them
    public void Whatever_a_crash_leaves_of_the_old_segments_the_log_is_whole(int segments, bool isStableLate)
    {
        using WriteAheadLog log = Open(_directory, out _, neverRan: true);
        AppendSegments(log, 0, 2);
        log.BeginSegment(new Instance(50), isStableLate ? [] : [Stable(49)]);
        AppendSegments(log, 1000, 2);
        log.BeginSegment(new Instance(100), isStableLate ? [] : [Stable(100)]);
        AppendSegments(log, 2000, segments - 1);
        if (isStableLate) log.Append(Stable(100));
        Append(log, 3000, 10);
        log.Flush();
        LogRecord[] expected = [.. Numbered(2000, (segments - 1) * SegmentRecords), .. Numbered(3000, 10)];
        using TemporaryDirectory before = _directory.Copy();
        log.Truncate(new Instance(100));
        Assert.True(Segments(before).Length - Segments(_directory).Length >= 4);

        foreach (TemporaryDirectory crashed in Crashes(before, _directory))
        {
            using TemporaryDirectory restarted = crashed.Copy();
            AssertWhole(restarted, expected);
            foreach (TemporaryDirectory crashedAgain in Crashes(crashed, restarted))
            {
                AssertWhole(crashedAgain, expected);
                crashedAgain.Dispose();
            }
            crashed.Dispose();
        }
    }

    [Fact]
    public void A_missing_segment_is_found_unless_a_checkpoint_behind_it_is_stable()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            AppendSegments(log, 0, 3);
            log.BeginSegment(new Instance(100), [Stable(99)]);
            AppendSegments(log, 1000, 1);
            log.Flush();
        }
        string[] segments = Segments(_directory);
        for (int i = 0; i < segments.Length - 1; i++) AssertMissed(segments[i], segments[i + 1]);
    }

    [Fact]
    public void A_missing_segment_behind_the_one_of_the_stable_checkpoint_is_found()
    {
        int first;
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            AppendSegments(log, 0, 1);
            first = Segments(_directory).Length;
            log.BeginSegment(new Instance(100), [Stable(100)]);
            AppendSegments(log, 1000, 3);
            log.Append(Stable(101));
            log.Flush();
        }
        string[] segments = Segments(_directory);
        for (int i = first; i < segments.Length - 1; i++) AssertMissed(segments[i], segments[i + 1]);
    }

    /// <summary>
    /// Every disk that a crash may leave while segments are removed: each of them is gone or still there.
    /// </summary>
    private static IEnumerable<TemporaryDirectory> Crashes(TemporaryDirectory before, TemporaryDirectory after)
    {
        string[] removed = [.. Names(before).Except(Names(after))];
        for (int there = 0; there < 1 << removed.Length; there++)
        {
            TemporaryDirectory crashed = after.Copy();
            for (int i = 0; i < removed.Length; i++)
            {
                if ((there & (1 << i)) == 0) continue;
                File.Copy(before.At(removed[i]), crashed.At(removed[i]));
                File.Delete(crashed.At("spare-" + removed[i]));
            }
            yield return crashed;
        }
    }

    private static IEnumerable<string> Names(TemporaryDirectory directory) =>
        Segments(directory).Select(static s => Path.GetFileName(s));

    private static void AssertWhole(TemporaryDirectory directory, LogRecord[] expected)
    {
        LogContents contents = Read(directory);
        Assert.Null(contents.Damage);
        Assert.False(contents.VotesForgotten);
        Assert.Contains(
            contents.Records,
            static r => r is CheckpointStable stable && stable.Certificate.Instance == new Instance(100));
        Assert.Equal(expected, contents.Records.Where(static r => r is not CheckpointStable).TakeLast(expected.Length));
    }

    private void AssertMissed(string missing, string next)
    {
        using TemporaryDirectory damaged = _directory.Copy();
        File.Delete(damaged.At(Path.GetFileName(missing)));
        LogContents contents = Read(damaged);
        Assert.True(contents.VotesForgotten);
        Assert.Equal(Path.GetFileName(next), Path.GetFileName(contents.Damage?.File));
    }

    /// <summary>Fills segments, the current one first.</summary>
    private static void AppendSegments(WriteAheadLog log, long from, int segments)
    {
        for (int i = 0; i < segments; i++)
        {
            Append(log, from + i * SegmentRecords, SegmentRecords);
            log.Flush();
        }
    }

    private static IEnumerable<LogRecord> Numbered(long from, int count) =>
        Enumerable.Range(0, count).Select(i => Record(from + i));

    private static CheckpointStable Stable(long instance) =>
        new(new CheckpointCertificate(new Instance(instance), ManifestOf(instance).Root, []), ManifestOf(instance));

    private static Manifest ManifestOf(long instance) => new(1, new Instance(instance), [], []);
}
