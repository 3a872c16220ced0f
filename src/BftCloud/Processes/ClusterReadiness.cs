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

    private readonly ClusterMonitor _monitor = new(cluster, withStateDigest: false);

    /// <summary>Completes when all of these replicas are ready.</summary>
    /// <param name="replicas">Which ones.</param>
    /// <param name="patience">How long they may make no progress.</param>
    /// <param name="lines">Shows why it still takes time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandFailedException">One is not ready, and none gets further; the message says why.
    /// </exception>
    public async Task WaitAsync(
        IReadOnlyCollection<int> replicas, TimeSpan patience, ProgressLines lines, CancellationToken cancellationToken)
    {
        ProgressWatch watch = new(TimeProvider.System);
        while (true)
        {
            List<string> missing = Missing(replicas, await _monitor.LookAsync(cancellationToken), watch);
            if (missing.Count == 0) return;
            if (watch.Stalled >= patience)
            {
                throw new CommandFailedException(
                    $"Not ready, and no progress for {new Duration(patience)}: {string.Join("; ", missing)}. "
                    + $"Start what is down with 'bftcloud cluster up {cluster.Directory.Path}'; "
                    + "give what is slow more time with --timeout. The logs, DIR/rN/replica.log, say more.");
            }
            lines.Show(missing);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>The leader, as most of those say that answer; null if none does.</summary>
    public async Task<int?> LeaderAsync(CancellationToken cancellationToken) =>
        (await _monitor.AskAsync(cancellationToken)).OfType<ReplicaReport>()
            .GroupBy(static report => report.Leader).MaxBy(static group => group.Count())?.Key;

    public void Dispose() => _monitor.Dispose();

    /// <summary>What each of them lacks that is not ready.</summary>
    private List<string> Missing(
        IReadOnlyCollection<int> replicas, IReadOnlyList<ReplicaLook> looks, ProgressWatch watch)
    {
        List<string> missing = [];
        for (int id = 0; id < looks.Count; id++)
        {
            // One that is not waited for may be what the others wait for.
            watch.Note(id, looks[id]);
            if (looks[id] is { Report: not null, NotReady: null }) watch.NoteDone(id);
            else if (replicas.Contains(id)) missing.Add($"r{id} {cluster.Replicas[id].Describe(looks[id])}");
        }
        return missing;
    }
}
