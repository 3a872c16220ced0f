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

    /// <summary>How long replicas that were started may take until they answer.</summary>
    public static TimeSpan HealthPatience { get; } = TimeSpan.FromSeconds(60);

    public ClusterDirectory Directory { get; } = directory;

    public IReadOnlyList<ReplicaProcess> Replicas { get; } =
    [
        .. directory.Cluster.Replicas.Select((_, id) => new ReplicaProcess(directory, id))
    ];

    /// <summary>Starts those that are not running and waits until every one says that it is healthy.</summary>
    /// <returns>How many it started.</returns>
    /// <exception cref="CommandFailedException">One ended, or was not healthy in time; the message has the end of its
    /// log.</exception>
    public async Task<int> StartAsync(TimeSpan patience, CancellationToken cancellationToken)
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
            long start = Stopwatch.GetTimestamp();
            foreach (ReplicaProcess replica in Replicas)
            {
                string address = ReplicaConfiguration.Load(Directory.ReplicaFile(replica.Id)).MetricsAddress
                    ?? throw new ConfigurationException(
                        Directory.ReplicaFile(replica.Id), "metricsAddress",
                        "is missing. 'cluster up' needs it to see whether the replica is healthy.");
                while (!await monitoring.IsHealthyAsync(address, cancellationToken))
                {
                    // One that was just being killed counted as running.
                    if (!started.ContainsKey(replica.Id) && replica.FindPid() is null)
                        started.Add(replica.Id, replica.Start());
                    // One that ended because the replica runs already, started by hand, is no loss.
                    if (started.TryGetValue(replica.Id, out Process? process) && process.HasExited
                        && replica.FindPid() is null)
                        throw Unhealthy(replica, $"ended with exit code {process.ExitCode}");
                    if (Stopwatch.GetElapsedTime(start) > patience)
                        throw Unhealthy(replica, $"was not healthy within {patience.TotalSeconds:0} s");
                    await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
                }
                if (replica.FindPid() is { } pid) replica.WritePidFile(pid);
            }
            return started.Count;
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

    private static CommandFailedException Unhealthy(ReplicaProcess replica, string what) =>
        new($"Replica {replica.Id} {what}. The end of its log, {replica.LogFile}:\n{replica.LogTail(12)}");
}
