using System.Globalization;
using BftCloud.Common;
using Spectre.Console;

namespace BftCloud.Bench;

/// <summary>Shows a benchmark: its progress on stderr while it runs, if that is a terminal, and its report.</summary>
internal static class BenchOutput
{
    public static async Task<BenchReport> WithProgressAsync(Func<Action<double, long>, Task<BenchReport>> run)
    {
        if (Console.IsErrorRedirected) return await run(static (_, _) => { });
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        Progress display = console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn());
        return await display.StartAsync(async progress =>
        {
            ProgressTask task = progress.AddTask("warming up", maxValue: 1);
            return await run((share, operations) =>
            {
                task.Value = share;
                task.Description = string.Create(CultureInfo.InvariantCulture, $"{operations:N0} operations");
            });
        });
    }

    public static void Write(BenchReport report, bool json)
    {
        if (json)
        {
            JsonOutput.Write(report, BenchJson.Default.BenchReport);
            return;
        }
        Table summary = new Table().Border(TableBorder.Rounded).AddColumns(
            "workload", "clients", "request/reply B", "operations/s", "errors", "p50 ms", "p90 ms", "p99 ms",
            "p99.9 ms", "max ms");
        summary.AddRow(
            report.Workload, Text(report.Clients), $"{Text(report.RequestBytes)}/{Text(report.ReplyBytes)}",
            report.OpsPerSecond.ToString("N0", CultureInfo.InvariantCulture), Text(report.Errors),
            Text(report.LatencyMs.P50), Text(report.LatencyMs.P90), Text(report.LatencyMs.P99),
            Text(report.LatencyMs.P999), Text(report.LatencyMs.Max));
        Terminal.Out.Write(summary);
        Table replicas = new Table().Border(TableBorder.Rounded).AddColumns("replica", "CPU s", "RSS MiB");
        foreach (BenchReplica replica in report.Replicas)
            replicas.AddRow($"r{replica.Id}", Text(replica.CpuSeconds), Text(replica.RssMiB));
        Terminal.Out.Write(replicas);
    }

    public static void Write(MachineReport report, bool json)
    {
        if (json)
        {
            JsonOutput.Write(report, BenchJson.Default.MachineReport);
            return;
        }
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            "processors", "Ed25519 sign µs", "Ed25519 verify µs", "wake a thread µs", "flush 4 KiB µs");
        table.AddRow(
            Text(report.Processors), Text(report.SignMicros), Text(report.VerifyMicros), Text(report.WakeMicros),
            Text(report.FlushMicros));
        Terminal.Out.Write(table);
    }

    private static string Text(double? number) => number?.ToString("0.##", CultureInfo.InvariantCulture) ?? "-";
}
