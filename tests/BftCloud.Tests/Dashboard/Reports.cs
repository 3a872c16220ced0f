using System.Diagnostics;
using BftCloud.Dashboard;
using BftCloud.Monitoring;

namespace BftCloud.Tests.Dashboard;

/// <summary>What replicas of a cluster "c" say.</summary>
internal static class Reports
{
    /// <summary>A replica in step with the others.</summary>
    public static ReplicaReport Of(int id, long executed = 100) => new()
    {
        Id = id,
        Pid = 100 + id,
        ClusterId = "c",
        Service = "kv",
        UptimeSeconds = 60,
        Regency = 0,
        Leader = 0,
        Synchronized = true,
        CatchingUp = false,
        Silent = false,
        LastExecuted = executed,
        StableCheckpoint = 0,
        StateDigest = null,
        ExecutedOperations = 10 * executed,
        PendingRequests = 0,
        Sessions = 1,
        LeaderChanges = 0,
        LedBatches = id == 0 ? executed : 0,
        LedSeconds = id == 0 ? executed * 0.002 : 0,
        Usage = new ReplicaUsageReport(executed * 0.001, 50 << 20, 16 << 20, 1L << 34),
        Rejected = new Dictionary<string, long>(),
        Peers = [],
    };

    /// <summary>Its words at a time.</summary>
    public static ReplicaAnswer At(this ReplicaReport report, double seconds) =>
        new(report, (long)(seconds * Stopwatch.Frequency));
}
