using System.CommandLine;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary><c>bftcloud cluster status</c>: where each replica stands.</summary>
internal static class ClusterStatusCommand
{
    public static Command Create()
    {
        Argument<string> path = ClusterCommand.DirectoryArgument();
        Option<bool> json = CommonOptions.Json();
        Command command = new("status", "Shows where each replica stands.") { path, json };
        command.SetAction(
            (result, cancellationToken) => RunAsync(
                result.GetRequiredValue(path), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool json, CancellationToken cancellationToken)
    {
        using ClusterMonitor monitor = new(new ClusterProcesses(ClusterDirectory.Open(path)));
        ClusterReport report = await monitor.ReportAsync(cancellationToken);
        if (json) JsonOutput.Write(report, ProcessesJson.Default.ClusterReport);
        else Terminal.Out.Write(StatusTable.Of(report));
        return ExitCode.Done;
    }
}
