using BftCloud.Monitoring;
using BftSmr;

namespace BftCloud.Processes;

/// <summary>Asks all replicas of a cluster directory where they stand.</summary>
/// <param name="cluster">Its replicas.</param>
/// <param name="withStateDigest">With the digests of their states. They do nothing else while they compute
/// them.</param>
internal sealed class ClusterMonitor(ClusterProcesses cluster, bool withStateDigest = true) : IDisposable
{
    private readonly MonitoringClient _client = new();
    private readonly IReadOnlyList<string?> _addresses = AddressesOf(cluster.Directory);

    /// <summary>Where each replica answers; null for one whose replica.json does not say.</summary>
    public static IReadOnlyList<string?> AddressesOf(ClusterDirectory directory) =>
    [
        .. directory.Cluster.Replicas.Select(
            (_, id) => ReplicaConfiguration.Load(directory.ReplicaFile(id)).MetricsAddress)
    ];

    /// <summary>Each replica's own words; null for one that cannot be reached.</summary>
    public async Task<IReadOnlyList<ReplicaReport?>> AskAsync(CancellationToken cancellationToken) =>
        [.. (await LookAsync(cancellationToken)).Select(static look => look.Report)];

    /// <summary>The same, and how far those are that still start.</summary>
    public async Task<IReadOnlyList<ReplicaLook>> LookAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(
            _addresses.Select(
                address => address is null
                    ? Task.FromResult(ReplicaLook.None)
                    : _client.LookAsync(address, cancellationToken, withStateDigest)));

    /// <summary>The report that <c>cluster status</c> shows.</summary>
    public async Task<ClusterReport> ReportAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ReplicaLook> looks = await LookAsync(cancellationToken);
        return new ClusterReport([.. cluster.Replicas.Select(replica =>
        {
            ReplicaLook look = looks[replica.Id];
            ReplicaReport? answer = look.Report;
            int? pid = replica.FindPid();
            return new ClusterReplicaReport(
                replica.Id, pid, answer is not null, look.NotReady, answer?.InstancesBehind, answer?.Regency,
                answer?.Leader, answer?.LastExecuted, answer?.StableCheckpoint, answer?.StateDigest,
                answer?.DamageFound, answer?.DamageMended, look.Progress);
        })]);
    }

    public void Dispose() => _client.Dispose();
}
