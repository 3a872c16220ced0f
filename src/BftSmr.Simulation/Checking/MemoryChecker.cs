using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Settings;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// What a core keeps is bounded, even if others fail: instances up to a full log above the stable checkpoint, horizons
/// above and below, and, while it catches up, one stretch of decided values.
/// </summary>
internal static class MemoryChecker
{
    /// <summary>Holds what a replica says of itself against the bounds.</summary>
    public static void Check(World world, ReplicaSettings settings, ReplicaStatus status)
    {
        int decidedMax = status.CatchingUp ? CodecLimits.DecidedMax : 0;
        int instancesMax = 4 * settings.CheckpointPeriod + 16 * settings.Window + decidedMax;
        if (status.InstancesKept > instancesMax)
        {
            world.Violate(
                "memory", $"{settings.Self} keeps {status.InstancesKept} instances; {instancesMax} are enough.");
        }
        if (status.PendingRequests > settings.PendingRequestsMax)
        {
            world.Violate(
                "memory",
                $"{settings.Self} keeps {status.PendingRequests} requests; "
                + $"{settings.PendingRequestsMax} are the limit.");
        }
    }
}
