using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Hosting;
using BftSmr.Storage;

namespace BftSmr.Tests.Hosting;

/// <summary>What a replica's host tells of its way back, with a clock that the test moves.</summary>
public sealed class CatchUpProgressTests
{
    private static readonly ReplicaStatus s_ready = new()
    {
        Regency = Regency.Zero,
        Synchronized = true,
        Leader = new ReplicaId(0),
        LastExecuted = new Instance(100),
        StableCheckpoint = Instance.Zero,
        PendingRequests = 0,
        Sessions = 0,
        CatchingUp = false,
        Checkpoint = null,
        IsNonVoting = false,
        InstancesKept = 0,
        InstancesBehind = 0,
        LeaderChanges = 0,
        PeerLastExecuted = [],
    };

    private readonly CatchUpProgress _progress;
    private ReadProgress? _loading;

    public CatchUpProgressTests() => _progress = new CatchUpProgress(() => _loading);

    [Fact]
    public void The_phase_is_what_stands_first_in_the_replicas_way()
    {
        CheckpointProgress fetched = new(new Instance(500), BytesHere: 10, Bytes: 40, IsLoading: false);
        ReplicaStatus worst = s_ready with
        {
            Checkpoint = fetched with { IsLoading = true }, CatchingUp = true, IsNonVoting = true,
            InstancesBehind = 1000, Synchronized = false,
        };
        (ReplicaStatus Status, BftReplicaPhase Phase)[] way =
        [
            (worst, BftReplicaPhase.Loading),
            (worst with { Checkpoint = fetched }, BftReplicaPhase.Fetching),
            (worst with { Checkpoint = null }, BftReplicaPhase.Replaying),
            (worst with { Checkpoint = null, CatchingUp = false }, BftReplicaPhase.Recovering),
            (s_ready with { InstancesBehind = null }, BftReplicaPhase.Voting),
            (s_ready with { InstancesBehind = 257 }, BftReplicaPhase.Voting),
            (s_ready with { Synchronized = false }, BftReplicaPhase.Voting),
            (s_ready with { InstancesBehind = 256 }, BftReplicaPhase.Ready),
        ];

        Assert.All(way, static step => Assert.Equal(step.Phase, ReplicaPhases.Of(step.Status)));
    }

    [Fact]
    public void A_fetch_is_told_with_its_bytes_and_its_rate()
    {
        Note(0, Fetching(here: null));
        Assert.Equal(new BftCheckpointProgress(new Instance(500), null, 4000, null), _progress.Checkpoint);

        Note(1, Fetching(here: 1000)); // found on disk: nothing of it was fetched
        Assert.Equal(new BftCheckpointProgress(new Instance(500), 1000, 4000, null), _progress.Checkpoint);
        Note(3, Fetching(here: 3000));
        Assert.Equal(new BftCheckpointProgress(new Instance(500), 3000, 4000, 1000), _progress.Checkpoint);

        Note(4, s_ready);
        Assert.Null(_progress.Checkpoint);
    }

    [Fact]
    public void A_load_is_told_with_what_was_read_and_the_fetch_before_it_is_not_in_its_rate()
    {
        Note(0, Fetching(here: 0));
        Note(1, Fetching(here: 4000));
        _loading = new ReadProgress();
        _loading.Expect(8000);
        Note(2, Loading());
        Assert.Equal(new BftCheckpointProgress(new Instance(500), 0, 8000, null), _progress.Checkpoint);

        _loading.Note(600);
        Note(4, Loading());
        Assert.Equal(new BftCheckpointProgress(new Instance(500), 600, 8000, 300), _progress.Checkpoint);
    }

    [Fact]
    public void Instances_are_counted_as_executed_and_not_as_jumped_over()
    {
        Note(0, s_ready);
        Note(1, s_ready with { LastExecuted = new Instance(120) });
        Assert.Equal(20, _progress.InstancesPerSecond);

        Note(2, Loading());
        Note(3, s_ready with { LastExecuted = new Instance(9000) });
        Assert.Equal(0, _progress.InstancesPerSecond);
        Note(4, s_ready with { LastExecuted = new Instance(9050) });
        Assert.Equal(50, _progress.InstancesPerSecond);
    }

    private static ReplicaStatus Fetching(long? here) => s_ready with
    {
        Checkpoint = new CheckpointProgress(new Instance(500), here, Bytes: 4000, IsLoading: false),
    };

    private static ReplicaStatus Loading() => s_ready with
    {
        Checkpoint = new CheckpointProgress(new Instance(500), 4000, Bytes: 4000, IsLoading: true),
    };

    private void Note(long second, ReplicaStatus status) => _progress.Note(status, second * 1_000_000);
}
