using System.CommandLine;
using System.Diagnostics;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary>
/// <c>bftcloud cluster restart</c>: all replicas at once, or one after the other, so that clients are served meanwhile.
/// </summary>
internal static class ClusterRestartCommand
{
    public static Command Create()
    {
        Argument<string> path = ClusterCommand.DirectoryArgument();
        Option<bool> rolling = new("--rolling")
        {
            Description = "One replica after the other, the leader last, and each only when all are ready. Clients are "
                + "served meanwhile.",
        };
        Option<Duration> timeout = ClusterCommand.TimeoutOption();
        Command command = new("restart", "Stops and starts the replicas.") { path, rolling, timeout };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(path), result.GetValue(rolling), result.GetRequiredValue(timeout).Time,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, bool rolling, TimeSpan patience, CancellationToken cancellationToken)
    {
        ClusterProcesses cluster = new(ClusterDirectory.Open(path));
        using ClusterReadiness readiness = new(cluster);
        using ProgressLines lines = ProgressLines.OnError();
        int[] all = [.. Enumerable.Range(0, cluster.Replicas.Count)];
        if (rolling)
        {
            await RollAsync(cluster, readiness, all, patience, lines, cancellationToken);
            return ExitCode.Done;
        }
        await cluster.StopAsync(cancellationToken);
        await cluster.StartAsync(patience, lines, cancellationToken);
        await readiness.WaitAsync(all, patience, lines, cancellationToken);
        Console.WriteLine($"All {all.Length} replicas are up again.");
        return ExitCode.Done;
    }

    private static async Task RollAsync(
        ClusterProcesses cluster, ClusterReadiness readiness, int[] all, TimeSpan patience, ProgressLines lines,
        CancellationToken cancellationToken)
    {
        await readiness.WaitAsync(all, patience, lines, cancellationToken);
        List<int> left = [.. all];
        while (left.Count > 0)
        {
            int? leader = await readiness.LeaderAsync(cancellationToken);
            int next = left.Find(id => id != leader || left.Count == 1);
            left.Remove(next);
            long start = Stopwatch.GetTimestamp();
            await cluster.StopAsync([next], cancellationToken);
            await cluster.StartAsync(patience, lines, cancellationToken);
            await readiness.WaitAsync(all, patience, lines, cancellationToken);
            lines.Dispose();
            Console.WriteLine(
                $"r{next} is up again; all were ready after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s.");
        }
    }
}
