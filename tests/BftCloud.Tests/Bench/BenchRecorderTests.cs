using BftCloud.Bench;
using BftCloud.Processes;

namespace BftCloud.Tests.Bench;

public sealed class BenchRecorderTests
{
    [Fact]
    public void Pieces_are_what_lies_between_two_notes()
    {
        BenchRecorder recorder = new(replicas: 2);
        recorder.Add(0, 0, [new ProcessUsage(1, 1 << 20), null]);
        recorder.Add(0.5, 100, [new ProcessUsage(1.25, 2 << 20), null]);
        recorder.Add(1, 150, [new ProcessUsage(1.25, 3 << 20), null]);

        BenchTimeline timeline = recorder.Timeline();

        Assert.Equal([0.5, 1.0], timeline.Seconds);
        Assert.Equal([200.0, 100.0], timeline.OpsPerSecond);
        Assert.Equal([50.0, 0.0], timeline.Replicas[0].CpuPercent);
        Assert.Equal([2.0, 3.0], timeline.Replicas[0].RssMiB);
        Assert.Equal([null, null], timeline.Replicas[1].CpuPercent);
    }

    [Fact]
    public void A_short_last_piece_is_part_of_the_one_before()
    {
        BenchRecorder recorder = new(replicas: 0);
        foreach ((double seconds, long operations) in ((double, long)[])[(0, 0), (0.5, 50), (1, 100), (1.01, 101)])
            recorder.Add(seconds, operations, []);

        Assert.Equal([0.5, 1.01], recorder.Timeline().Seconds);
        Assert.Equal([100.0, 100.0], recorder.Timeline().OpsPerSecond);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public void A_long_run_has_longer_pieces_but_not_more_and_loses_no_operation(int notes)
    {
        BenchRecorder recorder = new(replicas: 0);
        for (int i = 0; i <= notes; i++) recorder.Add(i * 0.5, 10L * i, []);

        BenchTimeline timeline = recorder.Timeline();

        int least = Math.Min(notes, BenchRecorder.PiecesMax / 2 - 1);
        Assert.InRange(timeline.Seconds.Count, least, BenchRecorder.PiecesMax);
        Assert.All(timeline.OpsPerSecond, static rate => Assert.Equal(20, rate));
        Assert.True(timeline.Seconds[^1] >= notes * 0.5 * 0.98, $"{timeline.Seconds[^1]} of {notes * 0.5} s");
    }
}
