using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>Where a replica stands.</summary>
public sealed record BftReplicaStatus
{
    /// <summary>This replica.</summary>
    public required ReplicaId Self { get; init; }

    /// <summary>The leader epoch it is in.</summary>
    public required Regency Regency { get; init; }

    /// <summary>The leader of that epoch.</summary>
    public required ReplicaId Leader { get; init; }

    /// <summary>False while a leader change is under way.</summary>
    public required bool Synchronized { get; init; }

    /// <summary>The last instance it executed.</summary>
    public required Instance LastExecuted { get; init; }

    /// <summary>Its newest checkpoint that a quorum has signed.</summary>
    public required Instance StableCheckpoint { get; init; }

    /// <summary>Requests that wait to be ordered.</summary>
    public required int PendingRequests { get; init; }

    /// <summary>Open client sessions.</summary>
    public required int Sessions { get; init; }

    /// <summary>What it does on its way to taking part in full. No replica believes another one's.</summary>
    public required BftReplicaPhase Phase { get; init; }

    /// <summary>It is fetching a checkpoint or decided batches from the others.</summary>
    public required bool CatchingUp { get; init; }

    /// <summary>The checkpoint that it is fetching or loading; null if it is in no such phase.</summary>
    public required BftCheckpointProgress? Checkpoint { get; init; }

    /// <summary>
    /// How many instances it has not executed that f+1 others say they have; null while it has not heard from f+1, as
    /// just after its start.
    /// </summary>
    public required long? InstancesBehind { get; init; }

    /// <summary>
    /// Instances that it executed in each of the last five seconds. What a loaded checkpoint jumps over does not count.
    /// </summary>
    public required double InstancesPerSecond { get; init; }

    /// <summary>
    /// It is in non-voting recovery: it started without its earlier votes. That lasts until it, and enough of the
    /// others, have executed as far as it may have voted, in a later regency. Until then it counts as one of the f
    /// faulty ones, so let no other replica lose its votes.
    /// </summary>
    public required bool IsNonVoting { get; init; }

    /// <summary>
    /// Why another replica should not be stopped now: this one does not take part in full yet. A predicate, such as
    /// "catches up, 1200 instances behind"; null if the replica is ready.
    /// </summary>
    public string? NotReady => Phase switch
    {
        BftReplicaPhase.Starting => "is starting",
        BftReplicaPhase.Fetching => CatchesUp("fetches a checkpoint"),
        BftReplicaPhase.Loading => CatchesUp("loads a checkpoint"),
        BftReplicaPhase.Replaying => CatchesUp("catches up"),
        BftReplicaPhase.Recovering => "forgot its votes: it votes once it has caught up",
        BftReplicaPhase.Ready => null,
        _ => this switch
        {
            { InstancesBehind: null } => "has not heard from the others yet",
            { InstancesBehind: > ReplicaPhases.BehindMax } => $"is {InstancesBehind} instances behind",
            _ => "changes its leader",
        },
    };

    /// <summary>Leader epochs entered since it started.</summary>
    public required long LeaderChanges { get; init; }

    /// <summary>Operations executed since it started.</summary>
    public required long ExecutedOperations { get; init; }

    /// <summary>Batches that it executed while it led.</summary>
    public required long LedBatches { get; init; }

    /// <summary>The sum of the times from the proposals of those batches to their executions.</summary>
    public required TimeSpan LedTime { get; init; }

    /// <summary>
    /// What was received and dropped since it started, by reason; reasons that never occurred are absent.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Rejections { get; init; }

    /// <summary>Files on its disk that it found damaged since it started.</summary>
    public long DamageFound { get; init; }

    /// <summary>
    /// Those of them that are mended: written again, fetched from others, or replaced by something newer.
    /// </summary>
    public long DamageMended { get; init; }

    /// <summary>The other replicas, as this one sees them.</summary>
    public required IReadOnlyList<BftPeerStatus> Peers { get; init; }

    /// <summary>
    /// The digest of the service's state at <see cref="LastExecuted"/>; null unless it was asked for, and while a
    /// state is being loaded.
    /// </summary>
    public required Digest? StateDigest { get; init; }

    private string CatchesUp(string how) =>
        $"{(IsNonVoting ? "forgot its votes, and " : "")}{how}"
        + (InstancesBehind is > 0 and var behind ? $", {behind} instances behind" : "");
}

/// <summary>Another replica, as this one sees it.</summary>
/// <param name="Id">Which one.</param>
/// <param name="IsConnected">Whether the link to it is up.</param>
/// <param name="LastExecuted">What it last said it executed.</param>
/// <param name="Lag">How many instances it is behind this replica; 0 if it is not.</param>
public sealed record BftPeerStatus(ReplicaId Id, bool IsConnected, Instance LastExecuted, long Lag);
