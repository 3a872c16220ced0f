using System.CommandLine;
using System.CommandLine.Parsing;
using BftCloud.Common;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Bench;

/// <summary><c>bftcloud bench</c>: closed-loop load on a running cluster.</summary>
internal static class BenchCommand
{
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(30);

    /// <param name="workloads">Loads on clusters; each becomes a command.</param>
    /// <param name="others">Commands that measure something else.</param>
    public static Command Create(IReadOnlyList<BenchWorkload> workloads, IReadOnlyList<Command> others)
    {
        Command command = new("bench", "Measures a running cluster with closed-loop clients, or clouds.");
        BenchComparison.AddTo(command);
        foreach (BenchWorkload workload in workloads) command.Add(Create(workload));
        command.Add(CreateMachine());
        foreach (Command other in others) command.Add(other);
        return command;
    }

    private static Command Create(BenchWorkload workload)
    {
        Option<string> cluster = CommonOptions.Cluster();
        Option<int> clients = Number(
            "--clients", "Closed loops, each a client with a session and links of its own.", 64, 1, 10_000);
        Option<int> requestBytes = Number("--request-bytes", "Bytes of a request.", 0, 0, 32 << 20);
        Option<int> replyBytes = Number("--reply-bytes", "Bytes of a reply.", 0, 0, 32 << 20);
        Option<Duration> duration = Time("--duration", "How long to measure.", Duration.Seconds(30));
        Option<Duration> warmUp = Time("--warm-up", "How long to run before measuring.", Duration.Seconds(3));
        Option<bool> multiplex = new("--multiplex")
        {
            Description = "All sessions over one link per replica, as in a gateway or a server application.",
        };
        Option<bool> reads = new("--reads") { Description = "Unordered reads rather than ordered operations." };
        Option<bool> json = CommonOptions.Json();
        Option<string?> html = BenchComparison.Html();
        Command command = new(workload.Name, workload.Description)
        {
            cluster, clients, requestBytes, replyBytes, duration, warmUp, multiplex, reads, json, html,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            BenchPlan plan = new()
            {
                Clients = result.GetValue(clients),
                RequestBytes = result.GetValue(requestBytes),
                ReplyBytes = result.GetValue(replyBytes),
                Duration = result.GetValue(duration).Time,
                WarmUp = result.GetValue(warmUp).Time,
                Multiplex = result.GetValue(multiplex),
                Reads = result.GetValue(reads),
            };
            BenchReport report = await RunAsync(result.GetValue(cluster)!, plan, workload, cancellationToken);
            BenchOutput.Write(report, result.GetValue(json));
            if (result.GetValue(html) is { } page)
                new BenchPage([new BenchPageRun($"bench {report.Workload}", report)]).Write(page);
            if (report.Operations == 0)
            {
                throw new CommandFailedException(
                    $"No operation completed; {report.Errors} failed. See 'bftcloud cluster status' and the replicas' "
                    + "logs.");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateMachine()
    {
        Option<DirectoryInfo> data = new("--data")
        {
            Description = "Where files are flushed: on the disk that replicas keep their data on.",
            DefaultValueFactory = static _ => new DirectoryInfo(Path.GetTempPath()),
            HelpName = "DIR",
        };
        data.AcceptExistingOnly();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "machine",
            "What signatures, waking a thread and flushing a file cost here, now: "
            + "compare it before you compare figures of two machines.")
        {
            data, json,
        };
        command.SetAction(
            result => BenchOutput.Write(MachineProbe.Run(result.GetValue(data)!.FullName), result.GetValue(json)));
        return command;
    }

    private static async Task<BenchReport> RunAsync(
        string path, BenchPlan plan, BenchWorkload workload, CancellationToken cancellationToken)
    {
        using ClusterClient client = ClusterClient.Open(path, OperationTimeout).Require(workload.Service);
        await using BenchClients clients = await BenchClients.OpenAsync(plan, client.Options, cancellationToken);
        BenchRun bench = new(plan, workload, new ReplicaMeter(await PidsAsync(path, cancellationToken)));
        return await BenchOutput.WithProgressAsync(progress => bench.RunAsync(clients, progress, cancellationToken));
    }

    private static async Task<IReadOnlyList<int?>> PidsAsync(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return [];
        using ClusterMonitor monitor = new(new ClusterProcesses(ClusterDirectory.Open(path)));
        return [.. (await monitor.ReportAsync(cancellationToken)).Replicas.Select(static replica => replica.Pid)];
    }

    private static Option<int> Number(string name, string description, int fallback, int min, int max)
    {
        Option<int> option = new(name)
        {
            Description = description, DefaultValueFactory = _ => fallback, HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value)
                && (value < min || value > max))
            {
                result.AddError($"{name} is {value}, but must be between {min} and {max}.");
            }
        });
        return option;
    }

    private static Option<Duration> Time(string name, string description, Duration fallback) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = Duration.Parse,
            HelpName = "TIME",
        };
}
