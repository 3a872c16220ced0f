using System.CommandLine;
using System.Diagnostics;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary><c>bftcloud cluster wait</c>: waits until replicas take part in full.</summary>
internal static class ClusterWaitCommand
{
    public static Command Create()
    {
        Argument<string> path = ClusterCommand.DirectoryArgument();
        Option<int[]> ready = new("--ready")
        {
            Description = "The replicas that have to vote and to have executed what the others have. All, if none is "
                + "named.",
            HelpName = "ID",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<Duration> timeout = ClusterCommand.TimeoutOption();
        Command command = new("wait", "Waits until replicas take part in full.") { path, ready, timeout };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(path), result.GetValue(ready) ?? [], result.GetRequiredValue(timeout).Time,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, int[] wanted, TimeSpan patience, CancellationToken cancellationToken)
    {
        ClusterProcesses cluster = new(ClusterDirectory.Open(path));
        foreach (int id in wanted)
        {
            if (id < 0 || id >= cluster.Replicas.Count)
                throw new CommandFailedException(
                    $"There is no replica {id}: this cluster has 0 to {cluster.Replicas.Count - 1}.");
        }
        int[] replicas = wanted.Length > 0 ? wanted : [.. Enumerable.Range(0, cluster.Replicas.Count)];
        long start = Stopwatch.GetTimestamp();
        using ClusterReadiness readiness = new(cluster);
        using (ProgressLines lines = ProgressLines.OnError())
            await readiness.WaitAsync(replicas, patience, lines, cancellationToken);
        Console.WriteLine(
            $"{(wanted.Length > 0 ? string.Join(", ", wanted.Select(static id => $"r{id}")) : "All replicas")} ready "
            + $"after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s.");
        return ExitCode.Done;
    }
}
