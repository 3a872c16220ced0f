using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BftCloud.Monitoring;
using BftSmr;

namespace BftCloud.Tests.Clusters;

/// <summary>
/// A replica of a cluster that says what a test wants, at its metrics address. Its process is one that only has the
/// lock of its data directory open, as a replica has that starts.
/// </summary>
internal sealed class PlayedReplica : IAsyncDisposable
{
    private readonly MonitoringServer _server;
    private readonly Process _holder;

    private PlayedReplica(MonitoringServer server, Process holder) => (_server, _holder) = (server, holder);

    /// <summary>The process that has its data directory.</summary>
    public int Pid => _holder.Id;

    /// <param name="cluster">The cluster; this replica of it is down.</param>
    /// <param name="id">Which one.</param>
    /// <param name="say">What it says whenever it is asked where it stands.</param>
    public static async Task<PlayedReplica> StartAsync(TestCluster cluster, int id, Func<ReplicaLook> say)
    {
        string lockFile = Path.Combine(cluster.Path, $"r{id}", "data", "lock");
        await File.WriteAllTextAsync(lockFile, "");
        Process holder = Process.Start(new ProcessStartInfo("tail", ["-f", lockFile]))!;
        await File.WriteAllTextAsync(lockFile, holder.Id.ToString(CultureInfo.InvariantCulture) + "\n");
        await Patience.UntilAsync(
            () => cluster.Processes.Replicas[id].FindPid() == holder.Id, "a process has the lock open");
        string address = ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(id)).MetricsAddress!;
        return new PlayedReplica(
            await MonitoringServer.StartAsync(address, new MonitoringSite
            {
                Open = (path, _) => ValueTask.FromResult<MonitoringPage?>(PageOf(say())),
                Paths = "/status",
                AddressName = "address",
                Remedy = "Take another.",
            }),
            holder);
    }

    /// <summary>What a replica says that has read so many bytes.</summary>
    public static ReplicaLook Starting(int id, long read, long toRead) => new(null, new StartReport
    {
        Id = id, Pid = 1, ClusterId = "c", Service = "counter",
        Progress = new ProgressReport("starting", BytesHad: read, BytesNeeded: toRead, BytesPerSecond: 1 << 20),
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _holder.Kill();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    private static MonitoringPage PageOf(ReplicaLook look) => look switch
    {
        { Report: { } report } => new MonitoringPage(
            "application/json", JsonSerializer.SerializeToUtf8Bytes(report, MonitoringJson.Default.ReplicaReport)),
        { Start: { } start } => new MonitoringPage(
            "application/json", JsonSerializer.SerializeToUtf8Bytes(start, MonitoringJson.Default.StartReport),
            IsHealthy: false),
        _ => MonitoringPage.Text("", isHealthy: false),
    };
}
