using System.Diagnostics;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Processes;

/// <summary>All replicas of a cluster directory as processes of this machine.</summary>
internal sealed class ClusterProcesses(ClusterDirectory directory)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    public ClusterDirectory Directory { get; } = directory;

    public IReadOnlyList<ReplicaProcess> Replicas { get; } =
    [
        .. directory.Cluster.Replicas.Select((_, id) => new ReplicaProcess(directory, id))
    ];

    /// <summary>Starts those that are not running and waits until every one answers.</summary>
    /// <param name="patience">How long they may make no progress.</param>
    /// <param name="lines">Shows what is waited for; null: nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many it started.</returns>
    /// <exception cref="CommandFailedException">One ended, or does not answer and none gets further; the message has
    /// the end of its log.</exception>
    public async Task<int> StartAsync(
        TimeSpan patience, ProgressLines? lines, CancellationToken cancellationToken)
    {
        using IDisposable turn = await ClusterTurn.TakeAsync(Directory, cancellationToken);
        Dictionary<int, Process> started = [];
        try
        {
            foreach (ReplicaProcess replica in Replicas)
            {
                if (replica.FindPid() is null) started.Add(replica.Id, replica.Start());
            }
            using MonitoringClient monitoring = new();
            ProgressWatch watch = new(TimeProvider.System);
            List<ReplicaProcess> waiting = [.. Replicas];
            while (true)
            {
                ReplicaLook[] looks = await Task.WhenAll(
                    waiting.Select(replica => monitoring.LookAsync(AddressOf(replica), cancellationToken)));
                (ReplicaProcess Replica, ReplicaLook Look)[] now = [.. waiting.Zip(looks)];
                foreach ((ReplicaProcess replica, ReplicaLook look) in now)
                {
                    watch.Note(replica.Id, look);
                    if (look.Report is null) StartAgainOrFail(replica, started);
                    else
                    {
                        watch.NoteDone(replica.Id);
                        waiting.Remove(replica);
                        if (replica.FindPid() is { } pid) replica.WritePidFile(pid);
                    }
                }
                if (waiting.Count == 0) return started.Count;
                (ReplicaProcess late, ReplicaLook its) = now.First(one => one.Look.Report is null);
                if (watch.Stalled >= patience) throw Stalled(late, its, patience);
                lines?.Show([.. now.Where(static one => one.Look.Report is null)
                    .Select(static one => $"r{one.Replica.Id} {one.Replica.Describe(one.Look)}")]);
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
        }
        finally
        {
            foreach (Process process in started.Values) process.Dispose();
        }
    }

    /// <summary>Stops all that run. For each: null if it did not run, else whether it stopped by itself.</summary>
    public Task<IReadOnlyList<bool?>> StopAsync(CancellationToken cancellationToken) =>
        StopAsync([.. Enumerable.Range(0, Replicas.Count)], cancellationToken);

    /// <summary>The same for some of them.</summary>
    public async Task<IReadOnlyList<bool?>> StopAsync(
        IReadOnlyCollection<int> replicas, CancellationToken cancellationToken)
    {
        using IDisposable turn = await ClusterTurn.TakeAsync(Directory, cancellationToken);
        return await Task.WhenAll(replicas.Select(id => Replicas[id].StopAsync(StopPatience, cancellationToken)));
    }

    private static void StartAgainOrFail(ReplicaProcess replica, Dictionary<int, Process> started)
    {
        // One that was just being killed counted as running.
        if (!started.ContainsKey(replica.Id) && replica.FindPid() is null) started.Add(replica.Id, replica.Start());
        // One that ended because the replica runs already, started by hand, is no loss.
        if (started.TryGetValue(replica.Id, out Process? process) && process.HasExited && replica.FindPid() is null)
            throw Failed(replica, $"ended with exit code {process.ExitCode}.");
    }

    private string AddressOf(ReplicaProcess replica) =>
        ReplicaConfiguration.Load(Directory.ReplicaFile(replica.Id)).MetricsAddress
        ?? throw new ConfigurationException(
            Directory.ReplicaFile(replica.Id), "metricsAddress",
            "is missing. 'cluster up' needs it to see whether the replica is healthy.");

    private CommandFailedException Stalled(ReplicaProcess replica, ReplicaLook look, TimeSpan patience) => Failed(
        replica,
        $"{replica.Describe(look)}, and no replica made progress for {new Duration(patience)}. See whether its disk "
        + $"and its process, {replica.FindPid()}, work. Give it more time with 'bftcloud cluster up "
        + $"{Directory.Path} --timeout TIME', or stop it with 'bftcloud cluster down {Directory.Path}'.");

    private static CommandFailedException Failed(ReplicaProcess replica, string what) =>
        new($"Replica {replica.Id} {what} The end of its log, {replica.LogFile}:\n{replica.LogTail(12)}");
}
