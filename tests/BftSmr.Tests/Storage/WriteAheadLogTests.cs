using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Storage;
using static BftSmr.Tests.Storage.LogHarness;

namespace BftSmr.Tests.Storage;

public sealed class WriteAheadLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Flushed_records_are_read_back_in_order_over_several_segments_and_restarts()
    {
        long count = 0;
        for (int run = 0; run < 5; run++)
        {
            using WriteAheadLog log = Open(_directory, out LogContents contents, neverRan: run == 0);
            AssertRecords(contents, 0, count);
            Assert.False(contents.VotesForgotten);
            Assert.Null(contents.Damage);
            for (int flush = 0; flush < 20; flush++)
            {
                Append(log, count, 7);
                count += 7;
                log.Flush();
            }
        }
        Assert.True(Segments(_directory).Length > 3);
    }

    [Fact]
    public void Positions_grow_with_every_record_and_those_flushed_follow()
    {
        using WriteAheadLog log = Open(_directory, out _, neverRan: true);
        long appended = 0;
        Action[] flushes = [log.Flush, () => log.BeginSegment(new Instance(1), [Record(0)]), log.Flush, log.Close];
        foreach (Action flush in flushes)
        {
            Append(log, appended, 100); // more than one segment holds
            appended += 100;
            Assert.Equal(appended, log.AppendedRecords);
            Assert.Equal(appended - 100, log.FlushedRecords);
            flush();
            Assert.Equal(appended, log.AppendedRecords);
            Assert.Equal(appended, log.FlushedRecords);
        }
    }

    [Fact]
    public void Records_that_were_not_flushed_leave_no_trace()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 3);
            log.Flush();
            Append(log, 3, 3);
        }
        AssertRecords(Read(_directory), 0, 3);
    }

    [Fact]
    public void A_record_larger_than_a_segment_is_kept_whole()
    {
        Batch batch = BatchCodec.Create(1, 1, [Request(new byte[100_000])]);
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 1);
            log.Append(new WriteVoted(new Instance(1), new Vote(new Regency(0), batch.Digest), batch));
            Append(log, 1, 1);
            log.Flush();
            Append(log, 2, 1);
            log.Flush();
        }
        LogContents contents = Read(_directory);
        Assert.Null(contents.Damage);
        Assert.Equal(4, contents.Records.Count);
        Assert.True(batch.Encoded.Span.SequenceEqual(((WriteVoted)contents.Records[1]).Batch!.Encoded.Span));
    }

    [Fact]
    public void A_disk_without_room_for_a_segment_is_an_error_that_says_so()
    {
        StorageException e = Assert.Throws<StorageException>(
            () => Open(_directory, out _, Small with { SegmentBytes = 1L << 60 }, neverRan: true));
        Assert.Contains("disk is full", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_full_when_the_log_goes_on_is_an_error_and_loses_nothing_flushed()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 10);
            log.Flush();
        }
        File.CreateSymbolicLink(_directory.At("spare-full"), "/dev/full"); // writing to it fails as on a full disk
        Assert.Contains(
            "full", Assert.Throws<StorageException>(() => Open(_directory, out _)).Message, StringComparison.Ordinal);
        File.Delete(_directory.At("spare-full"));
        AssertRecords(Read(_directory), 0, 10);
    }

    [Fact]
    public void Restarting_again_and_again_without_writing_does_not_grow_the_log()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 10);
            log.Flush();
        }
        for (int run = 0; run < 20; run++) AssertRecords(Read(_directory), 0, 10);
        Assert.Single(Segments(_directory));
        Assert.True(Directory.GetFiles(_directory.Path).Length <= 1 + Small.SparesMax);
    }

    [Fact]
    public void A_segment_begun_for_a_checkpoint_replaces_what_lies_before_it_only_once_that_is_stable()
    {
        using (WriteAheadLog log = Open(_directory, out _, neverRan: true))
        {
            Append(log, 0, 200);
            log.BeginSegment(new Instance(50), [Record(1000)]);
            Append(log, 1001, 200);
            log.Flush();
            log.BeginSegment(new Instance(90), [Record(2000)]);
            Append(log, 2001, 1);
            log.Flush();

            int before = Segments(_directory).Length;
            log.Truncate(new Instance(49));
            Assert.Equal(before, Segments(_directory).Length);
        }
        using (TemporaryDirectory copy = _directory.Copy())
        {
            using WriteAheadLog log = Open(copy, out LogContents contents);
            Assert.Equal(200 + 201 + 2, contents.Records.Count);
            log.Truncate(new Instance(89));
            log.Close();
            Assert.Equal(Record(1000), Read(copy).Records[0]);
        }
        using (WriteAheadLog log = Open(_directory, out _))
        {
            log.Truncate(new Instance(90));
            Assert.Single(Segments(_directory));
        }
        AssertRecords(Read(_directory), 2000, 2);
    }

    [Fact]
    public void Files_of_deleted_segments_are_written_again_and_their_old_records_never_come_back()
    {
        long count = 0;
        for (int round = 1; round <= 20; round++)
        {
            using WriteAheadLog log = Open(_directory, out LogContents contents, neverRan: round == 1);
            AssertRecords(contents, 10_000 * (round - 1), round == 1 ? 0 : count);
            log.BeginSegment(new Instance(round), []);
            log.Truncate(new Instance(round));
            count = 20 * (round % 4 + 1);
            Append(log, 10_000 * round, count);
            log.Flush();
        }
        Assert.True(Directory.GetFiles(_directory.Path).Length <= 6);
    }

    [Fact]
    public void A_log_that_never_flushes_is_read_back_after_a_restart_of_the_process()
    {
        LogOptions options = Small with { Flushes = false, HasVotes = false, BufferBytesMax = 0 };
        using (WriteAheadLog log = Open(_directory, out LogContents contents, options, neverRan: true))
        {
            Assert.False(contents.VotesForgotten);
            Append(log, 0, 300);
        }
        LogContents again = Read(_directory, options);
        AssertRecords(again, 0, 300);
        Assert.True(again.VotesForgotten);
    }
}
