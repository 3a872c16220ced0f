using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using Spectre.Console;

namespace BftCloud.Inspect;

/// <summary><c>bftcloud inspect checkpoint</c>: verifies a checkpoint on disk and shows what it consists of.</summary>
internal static class InspectCheckpointCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "A manifest, DIR/rN/data/checkpoints/….manifest." };
        Option<bool> json = CommonOptions.Json();
        Command command = new("checkpoint", "Verifies every run of a checkpoint and shows what it consists of.")
        {
            file, json,
        };
        command.SetAction(result =>
        {
            CheckpointReport report = CheckpointReport.Of(result.GetRequiredValue(file));
            if (result.GetValue(json)) JsonOutput.Write(report, InspectJson.Default.CheckpointReport);
            else Write(report);
            int damaged = report.Runs.Count(static run => !run.IsWhole);
            if (damaged > 0)
            {
                throw new CommandFailedException(
                    $"{result.GetRequiredValue(file)}: {damaged} of {report.Runs.Count} runs are damaged or missing. "
                    + "Its replica fetches what it lacks from the others.");
            }
        });
        return command;
    }

    private static void Write(CheckpointReport report)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        grid.AddRow("instance", Text(report.Instance));
        grid.AddRow("number", Text(report.Number));
        grid.AddRow("root", report.Root);
        grid.AddRow("bytes", Text(report.Bytes));
        Terminal.Out.Write(grid);
        Table runs = new Table().AddColumns("run", "level", "bytes", "chunks", "state");
        foreach (RunReport run in report.Runs)
            runs.AddRow(run.Root, Text(run.Level), Text(run.Bytes), Text(run.Chunks), StateOf(run));
        Terminal.Out.Write(runs);
    }

    private static string StateOf(RunReport run) =>
        run.IsWhole ? "whole"
        : run.Chunks == 0 ? "missing"
        : $"damaged: {string.Join(", ", run.DamagedChunks)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
