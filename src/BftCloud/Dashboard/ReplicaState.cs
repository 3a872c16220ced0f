namespace BftCloud.Dashboard;

/// <summary>
/// How a replica stands to the others, in the order in which people are told of it: the worst first.
/// </summary>
internal enum ReplicaState
{
    /// <summary>It does not answer.</summary>
    Down,

    /// <summary>It reads its disk, and hears nothing yet.</summary>
    Starting,

    /// <summary>Another replica, or one of another cluster, answers at its address.</summary>
    Foreign,

    /// <summary>Its state is not that of the others at the same instance.</summary>
    Differs,

    /// <summary>Its configuration names no metrics address.</summary>
    Unwatched,

    /// <summary>It is in non-voting recovery.</summary>
    Recovering,

    /// <summary>It fetches decided batches or a checkpoint from the others.</summary>
    CatchingUp,

    /// <summary>It has executed fewer instances than the others.</summary>
    Behind,

    /// <summary>It has left a regency and waits for the next one.</summary>
    ChangingLeader,

    /// <summary>It agrees with the others.</summary>
    InStep,
}
