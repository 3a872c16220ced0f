using System.CommandLine;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary><c>bftcloud cluster up</c>: starts all replicas, one process each.</summary>
internal static class ClusterUpCommand
{
    public static Command Create()
    {
        Argument<string> path = ClusterCommand.DirectoryArgument();
        Option<bool> detach = new("--detach")
        {
            Description = "Return when all replicas are healthy and leave them running; "
                + "otherwise show their status until Ctrl-C, then stop them.",
        };
        Option<Duration> timeout = ClusterCommand.TimeoutOption();
        Command command = new("up", "Starts the replicas that are not running.") { path, detach, timeout };
        command.SetAction(
            (result, cancellationToken) => RunAsync(
                result.GetRequiredValue(path), result.GetValue(detach), result.GetRequiredValue(timeout).Time,
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, bool detach, TimeSpan patience, CancellationToken cancellationToken)
    {
        ClusterProcesses cluster = new(ClusterDirectory.Open(path));
        int count = cluster.Replicas.Count, started = count;
        try
        {
            using (ProgressLines lines = ProgressLines.OnError())
                started = await cluster.StartAsync(patience, lines, cancellationToken);
            if (started == 0)
            {
                Console.WriteLine(
                    $"All {count} replicas are up already. See 'bftcloud cluster status {path}'; "
                    + $"stop them with 'bftcloud cluster down {path}'.");
                return ExitCode.Done;
            }
            Console.WriteLine(
                started == count
                    ? $"All {count} replicas are up."
                    : $"Started what was down, {started} of {count} replicas.");
            if (detach) return ExitCode.Done;
            await ShowUntilCancelledAsync(cluster, cancellationToken);
        }
        catch (OperationCanceledException) when (!detach)
        {
            // Ctrl-C is how a foreground cluster is meant to end.
        }
        finally
        {
            if (!detach && started > 0) await cluster.StopAsync(CancellationToken.None);
        }
        Console.WriteLine("All replicas are stopped.");
        return ExitCode.Done;
    }

    private static async Task ShowUntilCancelledAsync(ClusterProcesses cluster, CancellationToken cancellationToken)
    {
        using ClusterMonitor monitor = new(cluster);
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine("Stop with Ctrl-C.");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        await Terminal.Out.Live(StatusTable.Of(await monitor.ReportAsync(cancellationToken))).StartAsync(async live =>
        {
            while (true)
            {
                live.UpdateTarget(
                    StatusTable.Of(await monitor.ReportAsync(cancellationToken)).Caption("Ctrl-C stops all replicas"));
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        });
    }
}
