using BftSmr.Runs;
using BftSmr.Storage;

namespace BftSmr.Tests.Storage;

public sealed class ReadProgressTests
{
    private readonly List<(long Read, long ToRead)> _told = [];
    private readonly ReadProgress _progress;

    public ReadProgressTests() => _progress = new ReadProgress((read, toRead) => _told.Add((read, toRead)));

    [Fact]
    public void A_checkpoint_that_is_restored_is_read_twice_and_counted_chunk_by_chunk()
    {
        using CheckpointHarness harness = new(seed: 3);
        Manifest newest;
        using (CheckpointStore store = harness.Open()) newest = harness.WriteMany(store, 12)[^1];
        using CheckpointStore restarted = harness.Open();
        restarted.Reading = _progress;

        harness.Restore(restarted);

        Assert.Equal((2 * newest.Bytes, 2 * newest.Bytes), _told[^1]);
        Assert.True(_told.Count > newest.Bytes / CheckpointHarness.ChunkBytes, $"told {_told.Count} times");
        Assert.All(
            _told.Zip(_told.Skip(1)), static pair => Assert.True(
                pair.First.Read <= pair.Second.Read && pair.Second.Read <= pair.Second.ToRead, $"{pair}"));
    }

    [Fact]
    public void A_segment_of_a_log_counts_once_however_often_it_is_read_and_whole_though_it_ends_early()
    {
        _progress.Expect(100);
        using (CountedSegment segment = new(new Zeros(100), _progress))
        {
            segment.Read(new byte[30], 0);
            segment.Read(new byte[30], 10);
            segment.Read(new byte[30], 0);
            Assert.Equal(40, _progress.BytesRead);
            segment.Dispose();
        }

        Assert.Equal((100, 100), _told[^1]);
    }

    private sealed class Zeros(long length) : ISegmentBytes
    {
        public long Length => length;

        public int Read(Span<byte> buffer, long offset) => (int)Math.Min(buffer.Length, length - offset);

        public void Dispose()
        {
        }
    }
}
