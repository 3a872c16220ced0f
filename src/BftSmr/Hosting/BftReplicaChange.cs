using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>What changed about a replica.</summary>
public enum BftReplicaChangeKind
{
    /// <summary>It entered another leader epoch.</summary>
    Regency,

    /// <summary>It began to fetch state or decided batches from the others.</summary>
    CatchingUp,

    /// <summary>It has what it fetched.</summary>
    CaughtUp,

    /// <summary>f+1 others have executed more than a window of instances that it has not.</summary>
    Behind,

    /// <summary>It is no longer behind.</summary>
    UpToDate,

    /// <summary>It does not reach some of the other replicas: fewer failures are borne than configured.</summary>
    Degraded,

    /// <summary>It reaches all other replicas again.</summary>
    Restored,
}

/// <summary>A change, and where the replica stands since.</summary>
/// <param name="Kind">What changed.</param>
/// <param name="Self">The replica.</param>
/// <param name="Regency">Its leader epoch.</param>
/// <param name="Leader">The leader of that epoch.</param>
/// <param name="LastExecuted">The last instance that it executed.</param>
/// <param name="Lag">How many instances f+1 others have executed beyond that; 0 if none.</param>
/// <param name="Unreachable">The other replicas that it does not reach.</param>
public sealed record BftReplicaChange(
    BftReplicaChangeKind Kind, ReplicaId Self, Regency Regency, ReplicaId Leader, Instance LastExecuted, long Lag,
    IReadOnlyList<ReplicaId> Unreachable);
