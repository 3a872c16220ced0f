using BftCloud.Dashboard;
using BftCloud.Monitoring;

namespace BftCloud.Tests.Dashboard;

public sealed class ClusterSamplerTests
{
    private readonly ClusterSampler _sampler = new("c", faulty: 1, window: 4, new StateComparison(4, 1));

    [Fact]
    public void Rates_are_by_seconds_between_two_answers()
    {
        Next(0, [.. Four(100)]);

        ClusterSample sample = Next(2, [.. Four(200)]);

        Assert.Equal((1L, 500.0, 2.0), (sample.Number, sample.OpsPerSecond, sample.LatencyMs));
        Assert.Equal((0L, 0), (sample.Regency, sample.Leader));
        Assert.All(sample.Replicas, static replica =>
        {
            Assert.Equal((ReplicaState.InStep, 0L, 5.0), (replica.State, replica.Behind, replica.CpuPercent));
            Assert.Equal(50 << 20, replica.MemoryBytes);
        });
    }

    [Fact]
    public void Without_a_new_proposal_there_is_no_latency()
    {
        Next(0, [.. Four(100)]);

        Assert.Null(Next(1, [.. Four(100)]).LatencyMs);
    }

    [Fact]
    public void A_process_that_started_again_has_no_rate()
    {
        Next(0, [.. Four(1000)]);

        ClusterSample sample = Next(1, [.. Four(10).Select(static report => report with { Pid = 7 })]);

        Assert.Equal(0, sample.OpsPerSecond);
        Assert.All(sample.Replicas, static replica => Assert.Null(replica.CpuPercent));
    }

    [Fact]
    public void A_replica_is_behind_by_what_f_plus_one_others_have_executed()
    {
        Next(0, [.. Four(100)]);

        ClusterSample sample = Next(
            1, Reports.Of(0, 101), Reports.Of(1, long.MaxValue), Reports.Of(2, 100), Reports.Of(3, 90));

        Assert.Equal([0, 0, 1, 11], sample.Replicas.Select(static replica => replica.Behind!.Value));
        Assert.Equal(
            [ReplicaState.InStep, ReplicaState.InStep, ReplicaState.InStep, ReplicaState.Behind],
            sample.Replicas.Select(static replica => replica.State));
    }

    [Fact]
    public void What_one_replica_makes_up_moves_no_figure_of_the_cluster()
    {
        Next(0, [.. Four(100)]);
        ReplicaReport liar = Reports.Of(3, long.MaxValue) with
        {
            Regency = 9, Leader = 77, ExecutedOperations = long.MaxValue, LedBatches = long.MinValue,
        };

        ClusterSample sample = Next(1, [.. Four(110)[..3], liar]);

        Assert.Equal((0L, 0, 100.0), (sample.Regency, sample.Leader, sample.OpsPerSecond));
        Assert.Equal("All 4 replicas agree.", sample.Health.Sentence);
    }

    [Fact]
    public void Each_state_is_told_from_the_replicas_own_words()
    {
        ClusterSample sample = Next(
            0, Reports.Of(0) with { ClusterId = "other" }, Reports.Of(1) with { Silent = true },
            Reports.Of(2) with { CatchingUp = true }, Reports.Of(3) with { Synchronized = false });
        ClusterSample absent = Next(1, null, Reports.Of(2), null, Reports.Of(3));

        Assert.Equal(
            [ReplicaState.Foreign, ReplicaState.Recovering, ReplicaState.CatchingUp, ReplicaState.ChangingLeader],
            sample.Replicas.Select(static replica => replica.State));
        Assert.Equal(
            [ReplicaState.Unwatched, ReplicaState.Foreign, ReplicaState.Down, ReplicaState.InStep],
            absent.Replicas.Select(static replica => replica.State));
    }

    [Fact]
    public void One_that_starts_is_told_from_one_that_is_down_and_from_another_clusters()
    {
        StartReport start = new()
        {
            Id = 1, Pid = 1, ClusterId = "c", Service = "kv",
            Progress = new ProgressReport("starting", BytesHad: 3, BytesNeeded: 8),
        };

        ClusterSample sample = _sampler.Next(
            [Reports.Of(0).At(0), null, null, null], static _ => true, 0,
            id => id == 1 ? start : id == 2 ? start : null);

        Assert.Equal(
            [ReplicaState.InStep, ReplicaState.Starting, ReplicaState.Foreign, ReplicaState.Down],
            sample.Replicas.Select(static replica => replica.State));
        Assert.Equal(start.Progress, sample.Replicas[1].Progress);
        Assert.StartsWith(
            "Replica 3 does not answer, replica 1 reads its disk and", sample.Health.Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rejections_are_summed_by_reason_and_what_is_no_reason_is_left_out()
    {
        Dictionary<string, long> invented = Enumerable.Range(0, 1000).ToDictionary(
            static i => $"reason_{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}{(char)('a' + i / 676)}",
            static _ => 1L);
        invented["<b>"] = 1;
        ReplicaAnswer?[] answers =
        [
            (Reports.Of(0) with { Rejected = new Dictionary<string, long> { ["stale"] = 2, ["malformed"] = 9 } }).At(0),
            (Reports.Of(1) with { Rejected = new Dictionary<string, long> { ["stale"] = 20 } }).At(0),
            null,
            (Reports.Of(3) with { Rejected = invented }).At(0),
        ];

        IReadOnlyList<RejectionCount> rejections = ClusterSampler.Rejections(answers);

        Assert.Equal(["stale", "malformed"], rejections.Take(2).Select(static count => count.Reason));
        Assert.Equal([2, 20, null, 0], rejections[0].Counts);
        Assert.Equal(64, rejections.Count);
        Assert.DoesNotContain(rejections, static count => count.Reason == "<b>");
    }

    private static ReplicaReport[] Four(long executed) =>
        [.. Enumerable.Range(0, 4).Select(id => Reports.Of(id, executed))];

    private ClusterSample Next(double seconds, params ReplicaReport?[] reports) => _sampler.Next(
        [.. reports.Select(report => report?.At(seconds))], static id => id != 0, (long)(seconds * 1000));
}
