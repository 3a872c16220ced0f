using BftCloud.Monitoring;

namespace BftCloud.Processes;

/// <summary>What <c>cluster status --json</c> prints.</summary>
internal sealed record ClusterReport(IReadOnlyList<ClusterReplicaReport> Replicas);

/// <summary>
/// One replica in <c>cluster status</c>; what a replica that is down would say is null. What has braces of its own is
/// last: scripts without a reader of JSON take the rest as it stands.
/// </summary>
internal sealed record ClusterReplicaReport(
    int Id, int? Pid, bool Up, string? NotReady, long? InstancesBehind, long? Regency, int? Leader,
    long? LastExecuted, long? StableCheckpoint, string? StateDigest, long? DamageFound, long? DamageMended,
    ProgressReport? Progress);
