using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Storage;
using static BftSmr.Tests.Storage.LogHarness;

namespace BftSmr.Tests.Storage;

/// <summary>
/// A torn tail is cut and costs nothing; damage to what was once on disk costs the votes, and is never passed over.
/// </summary>
public sealed class LogDamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_write_torn_at_any_byte_loses_only_records_of_that_write()
    {
        WriteGroups(3, 3);
        string segment = Segments(_directory)[0];
        List<(long Offset, long Space)> layout = Layout(segment);
        (long end, long space) = layout[^1];
        end += space;
        for (long cut = layout[3].Offset; cut < end; cut++)
        {
            using TemporaryDirectory torn = _directory.Copy();
            Zero(torn.At(Path.GetFileName(segment)), cut, end - cut);

            LogContents contents = Read(torn);

            Assert.Null(contents.Damage);
            Assert.False(contents.VotesForgotten);
            int kept = layout.Count(record => IsWithin(segment, record, cut));
            AssertRecords(contents, 0, kept);
            AssertRecords(Read(torn), 0, kept);
        }
    }

    [Fact]
    public void The_records_of_a_torn_write_reach_the_disk_in_any_order_and_none_of_them_comes_back_later()
    {
        WriteGroups(3, 3);
        string segment = Segments(_directory)[0];
        List<(long Offset, long Space)> layout = Layout(segment);
        Zero(segment, layout[3].Offset, layout[3].Space); // the fourth is missing, the fifth and sixth are there

        using (WriteAheadLog log = Open(_directory, out LogContents contents))
        {
            Assert.Null(contents.Damage);
            AssertRecords(contents, 0, 3);
            Append(log, 3, 1); // as long as the one that is missing
            log.Flush();
        }
        AssertRecords(Read(_directory), 0, 4);
    }

    [Fact]
    public void A_log_of_another_version_is_refused_by_name_and_left_as_it_is()
    {
        WriteGroups(2);
        string segment = Segments(_directory)[0];
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[7] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(60), Crc32C.Append(0, bytes.AsSpan(0, 60)));
        File.WriteAllBytes(segment, bytes);

        StorageException refused = Assert.Throws<StorageException>(() => Read(_directory));

        Assert.Contains(
            $"'{segment}' is of a version that this version cannot read", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(segment));
    }

    [Fact]
    public void A_flipped_bit_in_any_record_with_a_later_write_behind_it_is_found()
    {
        WriteGroups(2, 3, 1);
        string segment = Segments(_directory)[0];
        List<(long Offset, long Space)> layout = Layout(segment);
        for (int record = 0; record < 5; record++)
        {
            for (long at = 0; at < RecordHeader.Size + 2; at++)
            {
                using TemporaryDirectory damaged = _directory.Copy();
                FlipBit(damaged.At(Path.GetFileName(segment)), layout[record].Offset + at, bit: (int)(at % 8));

                LogContents contents = Read(damaged);

                Assert.True(contents.VotesForgotten);
                Assert.NotNull(contents.Damage);
                Assert.Equal(layout[record].Offset, contents.Damage.Offset);
                AssertRecords(contents, 0, record);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_any_record_of_a_log_that_was_closed_is_found()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 4);
            log.Close();
        }
        string segment = Segments(_directory)[0];
        for (int record = 0; record < 4; record++)
        {
            using TemporaryDirectory damaged = _directory.Copy();
            FlipBit(damaged.At(Path.GetFileName(segment)), Layout(segment)[record].Offset + 4);
            Assert.True(Read(damaged).VotesForgotten);
        }
    }

    [Fact]
    public void Damage_in_an_older_segment_or_in_any_header_is_found()
    {
        WriteGroups([.. Enumerable.Repeat(10, 30)]);
        string[] segments = Segments(_directory);
        Assert.True(segments.Length >= 3);
        for (int i = 0; i < segments.Length; i++)
        {
            for (long offset = 0; offset < SegmentHeader.Size; offset += 5)
            {
                using TemporaryDirectory damaged = _directory.Copy();
                FlipBit(damaged.At(Path.GetFileName(segments[i])), offset);
                AssertLost(damaged, segments[i], 0);
            }
            if (i == segments.Length - 1) break;
            (long last, _) = Layout(segments[i])[^1];
            using TemporaryDirectory tail = _directory.Copy();
            Zero(tail.At(Path.GetFileName(segments[i])), last, RecordHeader.Size);
            AssertLost(tail, segments[i], last);
        }
    }

    [Fact]
    public void A_missing_segment_in_the_middle_is_found()
    {
        WriteGroups([.. Enumerable.Repeat(10, 30)]);
        string[] segments = Segments(_directory);
        for (int i = 0; i < segments.Length - 1; i++)
        {
            using TemporaryDirectory damaged = _directory.Copy();
            File.Delete(damaged.At(Path.GetFileName(segments[i])));
            AssertLost(damaged, segments[i + 1], 0);
        }
    }

    [Fact]
    public void Damaged_files_are_set_aside_and_the_replica_does_not_vote_until_it_has_settled_where()
    {
        WriteGroups([.. Enumerable.Repeat(10, 30)]);
        string[] segments = Segments(_directory);
        (long offset, _) = Layout(segments[1])[1];
        FlipBit(segments[1], offset);

        int kept;
        using (WriteAheadLog log = Open(_directory, out LogContents contents))
        {
            kept = contents.Records.Count;
            Assert.True(contents.VotesForgotten);
            Assert.Equal(segments[1], contents.Damage?.File);
            Append(log, kept, 2);
            log.Close();
        }
        Assert.Equal(
            segments.Skip(1).Select(static s => s + ".corrupt"),
            Directory.GetFiles(_directory.Path, "*.corrupt").Order(StringComparer.Ordinal));

        // Restarts before it has settled: it still does not know.
        using (WriteAheadLog log = Open(_directory, out LogContents contents))
        {
            Assert.Null(contents.Damage);
            AssertRecords(contents, 0, kept + 2);
            Assert.True(contents.VotesForgotten);
            log.BeginSegment(new Instance(5), []); // nor does a checkpoint change that
            log.Truncate(new Instance(5));
            log.Append(Record(1));
            log.Flush();
        }
        using (WriteAheadLog log = Open(_directory, out LogContents contents))
        {
            Assert.True(contents.VotesForgotten);
            log.Append(new SilentUpTo(new Instance(700), Regency.Zero));
            log.Flush();
        }
        Assert.False(Read(_directory).VotesForgotten);
        Assert.False(Read(_directory).VotesForgotten);
    }

    [Fact]
    public void An_old_note_of_silence_does_not_end_a_later_one()
    {
        using (WriteAheadLog log = Open(_directory, out LogContents contents))
        {
            Assert.True(contents.VotesForgotten); // the directory is empty, and the replica is not new
            log.Append(new SilentUpTo(new Instance(7), Regency.Zero));
            Append(log, 0, 1);
            log.Flush();
            Append(log, 1, 1);
            log.Flush();
            Append(log, 2, 1);
            log.Flush();
        }
        string segment = Segments(_directory)[0];
        FlipBit(segment, Layout(segment)[^2].Offset);

        Assert.True(Read(_directory).VotesForgotten);
        LogContents again = Read(_directory);
        Assert.True(again.VotesForgotten);
        Assert.Contains(new SilentUpTo(new Instance(7), Regency.Zero), again.Records);
    }

    [Fact]
    public void Votes_of_a_time_without_durable_votes_are_not_relied_on_later()
    {
        LogOptions decisions = Small with { HasVotes = false };
        using (WriteAheadLog log = Open(_directory, out LogContents contents, decisions, neverRan: true))
        {
            Assert.False(contents.VotesForgotten);
            log.Append(new SilentUpTo(new Instance(7), Regency.Zero));
            log.Close();
        }
        Assert.True(Read(_directory, decisions).VotesForgotten);
        Assert.True(Read(_directory).VotesForgotten);
    }

    private void WriteGroups(params int[] groups)
    {
        using WriteAheadLog log = Open(_directory, out _, neverRan: true);
        long next = 0;
        foreach (int count in groups)
        {
            Append(log, next, count);
            next += count;
            log.Flush();
        }
    }

    private static void AssertLost(TemporaryDirectory directory, string segment, long offset)
    {
        LogContents contents = Read(directory);
        Assert.True(contents.VotesForgotten);
        Assert.NotNull(contents.Damage);
        Assert.Equal(
            (Path.GetFileName(segment), offset), (Path.GetFileName(contents.Damage.File), contents.Damage.Offset));
        AssertRecords(contents, 0, contents.Records.Count);
    }

    /// <summary>
    /// Whether the record and its payload end before the cut; its padding may be gone, and what was cut may have been
    /// zero anyway.
    /// </summary>
    private static bool IsWithin(string segment, (long Offset, long Space) record, long cut)
    {
        long end = record.Offset + record.Space;
        if (end <= cut) return true;
        using FileStream stream = new(segment, FileMode.Open, FileAccess.Read);
        stream.Position = Math.Max(cut, record.Offset);
        byte[] lost = new byte[end - stream.Position];
        stream.ReadExactly(lost);
        return lost.All(static b => b == 0);
    }
}
