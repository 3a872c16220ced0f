namespace BftCloud.Processes;

/// <summary>What <c>cluster status --json</c> prints.</summary>
internal sealed record ClusterReport(IReadOnlyList<ClusterReplicaReport> Replicas);

/// <summary>One replica in <c>cluster status</c>; what a replica that is down would say is null.</summary>
internal sealed record ClusterReplicaReport(
    int Id, int? Pid, bool Up, string? NotReady, long? Regency, int? Leader, long? LastExecuted, long? StableCheckpoint,
    string? StateDigest, long? DamageFound, long? DamageMended);
