using System.Diagnostics;
using BftCloud.Common;
using BftCloud.Monitoring;

namespace BftCloud.Processes;

/// <summary>
/// Waits until replicas take part in full: they answer, vote, and have executed what the others have. Before that
/// another one should not be stopped.
/// </summary>
internal sealed class ClusterReadiness(ClusterProcesses cluster) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan NewsPause = TimeSpan.FromSeconds(2);

    private readonly ClusterMonitor _monitor = new(cluster, withStateDigest: false);

    /// <summary>Completes when all of these replicas are ready.</summary>
    /// <param name="replicas">Which ones.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="tell">Hears, now and then, why it still takes time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandFailedException">One is not ready in time; the message says why.</exception>
    public async Task WaitAsync(
        IReadOnlyCollection<int> replicas, TimeSpan patience, Action<string> tell, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan toldAt = TimeSpan.Zero;
        while (true)
        {
            IReadOnlyList<string> missing = await MissingAsync(replicas, cancellationToken);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (missing.Count == 0) return;
            if (elapsed >= patience)
            {
                throw new CommandFailedException(
                    $"Not ready within {new Duration(patience)}: {string.Join("; ", missing)}. "
                    + $"Start what is down with 'bftcloud cluster up {cluster.Directory.Path}'; "
                    + "give one that catches up more time with --timeout.");
            }
            if (elapsed - toldAt >= NewsPause)
            {
                tell($"Waiting: {string.Join("; ", missing)}.");
                toldAt = elapsed;
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>The leader, as most of those say that answer; null if none does.</summary>
    public async Task<int?> LeaderAsync(CancellationToken cancellationToken) =>
        (await _monitor.AskAsync(cancellationToken)).OfType<ReplicaReport>()
            .GroupBy(static report => report.Leader).MaxBy(static group => group.Count())?.Key;

    public void Dispose() => _monitor.Dispose();

    /// <summary>What each of them lacks that is not ready.</summary>
    private async Task<IReadOnlyList<string>> MissingAsync(
        IReadOnlyCollection<int> replicas, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReplicaReport?> answers = await _monitor.AskAsync(cancellationToken);
        List<string> missing = [];
        foreach (int id in replicas)
        {
            if (answers[id] is { NotReady: { } why }) missing.Add($"r{id} {why}");
            else if (answers[id] is null)
                missing.Add($"r{id} {(cluster.Replicas[id].FindPid() is null ? "is down" : "does not answer")}");
        }
        return missing;
    }
}
