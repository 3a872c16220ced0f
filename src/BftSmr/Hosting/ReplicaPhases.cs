using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>Tells the phase of a replica.</summary>
internal static class ReplicaPhases
{
    /// <summary>So far behind a replica may be that is ready: as far as load makes one of them trail.</summary>
    public const long BehindMax = 256;

    /// <summary>The phase of a replica whose core stands there.</summary>
    public static BftReplicaPhase Of(ReplicaStatus status) => status switch
    {
        { Checkpoint.IsLoading: true } => BftReplicaPhase.Loading,
        { Checkpoint: not null } => BftReplicaPhase.Fetching,
        { CatchingUp: true } => BftReplicaPhase.Replaying,
        { IsNonVoting: true } => BftReplicaPhase.Recovering,
        { InstancesBehind: null or > BehindMax } or { Synchronized: false } => BftReplicaPhase.Voting,
        _ => BftReplicaPhase.Ready,
    };
}
