using BftCloud.Primitives;

namespace BftSmr.Core;

/// <summary>Where a replica core stands, for people, metrics and the checkers of the simulator.</summary>
internal sealed record ReplicaStatus
{
    public required Regency Regency { get; init; }

    /// <summary>False between installing a regency and accepting its SYNC.</summary>
    public required bool Synchronized { get; init; }

    public required ReplicaId Leader { get; init; }
    public required Instance LastExecuted { get; init; }
    public required Instance StableCheckpoint { get; init; }

    /// <summary>Requests admitted and not yet proposed.</summary>
    public required int PendingRequests { get; init; }

    public required int Sessions { get; init; }

    /// <summary>Instances of which votes or batches are kept.</summary>
    public required int InstancesKept { get; init; }

    /// <summary>A checkpoint or decided batches are being fetched.</summary>
    public required bool CatchingUp { get; init; }

    /// <summary>The checkpoint that is being fetched or loaded; null if none is.</summary>
    public required CheckpointProgress? Checkpoint { get; init; }

    /// <summary>
    /// Instances that a correct replica has executed and this one has not; null while it has not heard what the others
    /// executed.
    /// </summary>
    public required long? InstancesBehind { get; init; }

    /// <summary>
    /// It is in non-voting recovery: it restarted without its votes. That lasts until it, and enough of the others,
    /// have executed as far as it may have voted, in a later regency. Until then it counts as one of the f faulty ones.
    /// </summary>
    public required bool IsNonVoting { get; init; }

    /// <summary>Regencies installed since the start.</summary>
    public required long LeaderChanges { get; init; }

    /// <summary>Last executed instance reported by each replica, for the lag of each peer.</summary>
    public required IReadOnlyList<Instance> PeerLastExecuted { get; init; }
}
