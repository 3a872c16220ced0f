using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Hosting;
using BftSmr.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Hosting;

public sealed class ReplicaWatchTests
{
    private static readonly ReplicaSettings Settings =
        new() { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) };

    private readonly HashSet<ReplicaId> _up = [];
    private readonly System.Collections.Concurrent.ConcurrentQueue<BftReplicaChangeKind> _told = new();
    private readonly ReplicaWatch _watch;

    public ReplicaWatchTests() => _watch = new ReplicaWatch(
        Settings, _up.Contains, change => _told.Enqueue(change.Kind), NullLogger.Instance);

    [Fact]
    public async Task Replicas_that_are_still_starting_are_not_missed()
    {
        Note(0);
        _up.Add(new ReplicaId(1));
        Note(1_000_000);
        Reach();
        Note(2_000_000);
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task One_that_was_reached_is_missed_at_once()
    {
        Reach();
        Note(0);
        _up.Remove(new ReplicaId(2));
        Note(1);
        _up.Add(new ReplicaId(2));
        Note(2);
        Assert.Equal([BftReplicaChangeKind.Degraded, BftReplicaChangeKind.Restored], await ToldAsync());
    }

    [Fact]
    public async Task One_that_was_never_reached_is_missed_after_the_time_of_a_start()
    {
        Note(7);
        Note(6 + ReplicaWatch.StartMicros);
        Assert.Empty(await ToldAsync());
        Note(7 + ReplicaWatch.StartMicros);
        Assert.Equal([BftReplicaChangeKind.Degraded], await ToldAsync());
    }

    private void Reach() => _up.UnionWith([new ReplicaId(1), new ReplicaId(2), new ReplicaId(3)]);

    private void Note(long nowMicros) => _watch.Note(
        new ReplicaStatus
        {
            Regency = Regency.Zero,
            Synchronized = true,
            Leader = new ReplicaId(0),
            LastExecuted = Instance.Zero,
            StableCheckpoint = Instance.Zero,
            PendingRequests = 0,
            Sessions = 0,
            InstancesKept = 0,
            CatchingUp = false,
            Checkpoint = null,
            IsNonVoting = false,
            InstancesBehind = 0,
            LeaderChanges = 0,
            PeerLastExecuted = [Instance.Zero, Instance.Zero, Instance.Zero, Instance.Zero],
        },
        nowMicros);

    private async Task<BftReplicaChangeKind[]> ToldAsync()
    {
        await _watch.Told;
        return [.. _told];
    }
}
