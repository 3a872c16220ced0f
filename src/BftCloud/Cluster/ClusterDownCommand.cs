using System.CommandLine;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary><c>bftcloud cluster down</c>: stops all replicas that run.</summary>
internal static class ClusterDownCommand
{
    public static Command Create()
    {
        Argument<string> path = ClusterCommand.DirectoryArgument();
        Command command = new(
            "down", "Stops the replicas: SIGTERM, and SIGKILL to one that does not heed it.") { path };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetRequiredValue(path), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        ClusterProcesses cluster = new(ClusterDirectory.Open(path));
        IReadOnlyList<bool?> stopped = await cluster.StopAsync(cancellationToken);
        foreach ((int id, bool? itself) in stopped.Index())
        {
            if (itself == false)
            {
                Console.WriteLine(
                    $"Replica {id} did not heed SIGTERM and was killed; see {cluster.Replicas[id].LogFile}.");
            }
        }
        int count = stopped.Count(static itself => itself is not null);
        Console.WriteLine(
            count == 0 ? "No replica was running." : $"Stopped {count} replica{(count == 1 ? "" : "s")}.");
        return ExitCode.Done;
    }
}
