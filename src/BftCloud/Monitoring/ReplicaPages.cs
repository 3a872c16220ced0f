using System.Diagnostics;
using System.Text.Json;
using BftCloud.Common;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;

namespace BftCloud.Monitoring;

/// <summary>The pages of a replica's metrics address, from when it begins to read its disk.</summary>
internal sealed class ReplicaPages(
    ClusterConfiguration cluster, ReplicaId self, StartWatch start, PrometheusExporter metrics, ReplicaUsage usage)
{
    private static readonly byte[] StatusPage = EmbeddedFile.Read("status.html");

    private readonly long _started = Stopwatch.GetTimestamp();
    private volatile BftReplica? _replica;

    /// <summary>What is served at <c>metricsAddress</c>.</summary>
    public MonitoringSite Site => new()
    {
        Open = OpenAsync,
        Paths = "/, /status, /status/digest, /metrics, /healthz and /readyz",
        AddressName = "metrics address",
        Remedy = "Stop what uses it, or change 'metricsAddress' in replica.json.",
    };

    /// <summary>The replica has started.</summary>
    public void Show(BftReplica replica) => _replica = replica;

    public async ValueTask<MonitoringPage?> OpenAsync(string path, CancellationToken cancellationToken) => path switch
    {
        "/" => new MonitoringPage("text/html; charset=utf-8", StatusPage),
        "/healthz" => await AskAsync(static _ => MonitoringPage.Text("ok\n"), StartText, cancellationToken),
        "/readyz" => await AskAsync(ReadinessOf, StartText, cancellationToken),
        "/status" => await AskAsync(ReportOf, StartOf, cancellationToken),
        "/status/digest" => await AskAsync(ReportOf, StartOf, cancellationToken, withStateDigest: true),
        "/metrics" => new MonitoringPage(PrometheusExporter.ContentType, metrics.Write()),
        _ => null,
    };

    /// <summary>
    /// A page of what the replica's own loop answers; one that has stopped, or has not started, is not healthy.
    /// </summary>
    private async Task<MonitoringPage> AskAsync(
        Func<BftReplicaStatus, MonitoringPage> page, Func<MonitoringPage> startPage,
        CancellationToken cancellationToken, bool withStateDigest = false)
    {
        if (_replica is not { } replica) return startPage();
        try
        {
            return page(await replica.GetStatusAsync(withStateDigest, cancellationToken));
        }
        catch (InvalidOperationException)
        {
            return MonitoringPage.Text("The replica has stopped.\n", isHealthy: false);
        }
    }

    private MonitoringPage StartText() =>
        MonitoringPage.Text($"{self} {StartReport.NotReady}, {start.Progress.Numbers}.\n", isHealthy: false);

    private MonitoringPage StartOf()
    {
        StartReport report = new()
        {
            Id = self.Value, Pid = Environment.ProcessId, ClusterId = cluster.ClusterId, Service = cluster.Service,
            Progress = start.Progress,
        };
        return new MonitoringPage(
            "application/json", JsonSerializer.SerializeToUtf8Bytes(report, MonitoringJson.Default.StartReport),
            IsHealthy: false);
    }

    private static MonitoringPage ReadinessOf(BftReplicaStatus status) =>
        status.NotReady is { } why
            ? MonitoringPage.Text($"{status.Self} {why}.\n", isHealthy: false)
            : MonitoringPage.Text("ready\n");

    private MonitoringPage ReportOf(BftReplicaStatus status)
    {
        ReplicaReport report = new()
        {
            Id = status.Self.Value,
            Pid = Environment.ProcessId,
            ClusterId = cluster.ClusterId,
            Service = cluster.Service,
            UptimeSeconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1),
            Regency = status.Regency.Value,
            Leader = status.Leader.Value,
            Synchronized = status.Synchronized,
            CatchingUp = status.CatchingUp,
            Silent = status.IsNonVoting,
            InstancesBehind = status.InstancesBehind,
            NotReady = status.NotReady,
            Progress = ProgressReport.Of(status),
            LastExecuted = status.LastExecuted.Value,
            StableCheckpoint = status.StableCheckpoint.Value,
            StateDigest = status.StateDigest?.ToString(),
            ExecutedOperations = status.ExecutedOperations,
            PendingRequests = status.PendingRequests,
            Sessions = status.Sessions,
            LeaderChanges = status.LeaderChanges,
            LedBatches = status.LedBatches,
            LedSeconds = status.LedTime.TotalSeconds,
            DamageFound = status.DamageFound,
            DamageMended = status.DamageMended,
            Rejected = status.Rejections,
            Usage = usage.Report(),
            Peers =
            [
                .. status.Peers.Select(
                    static peer => new PeerReport(peer.Id.Value, peer.IsConnected, peer.LastExecuted.Value, peer.Lag))
            ],
        };
        return new MonitoringPage(
            "application/json", JsonSerializer.SerializeToUtf8Bytes(report, MonitoringJson.Default.ReplicaReport));
    }
}
