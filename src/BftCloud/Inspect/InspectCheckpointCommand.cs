using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using Spectre.Console;

namespace BftCloud.Inspect;

/// <summary><c>bftcloud inspect checkpoint</c>: verifies a snapshot on disk and shows what it is of.</summary>
internal static class InspectCheckpointCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "A snapshot, DIR/rN/data/snapshots/snapshot-….snap." };
        Option<bool> json = CommonOptions.Json();
        Command command = new("checkpoint", "Verifies every chunk of a snapshot and shows what it is of.")
        {
            file, json,
        };
        command.SetAction(result =>
        {
            CheckpointReport report = CheckpointReport.Of(result.GetRequiredValue(file));
            if (result.GetValue(json)) JsonOutput.Write(report, InspectJson.Default.CheckpointReport);
            else Write(report);
            if (report.DamagedChunks.Count > 0)
            {
                throw new CommandFailedException(
                    $"{result.GetRequiredValue(file)}: {report.DamagedChunks.Count} of {report.Chunks} chunks are "
                    + "damaged. Its replica sets the snapshot aside, and fetches one from the others.");
            }
        });
        return command;
    }

    private static void Write(CheckpointReport report)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        grid.AddRow("instance", Text(report.Instance));
        grid.AddRow("root", report.Root);
        grid.AddRow("bytes", Text(report.Bytes));
        grid.AddRow("chunks", $"{Text(report.Chunks)} of {Text(report.ChunkBytes)} bytes");
        grid.AddRow("damaged", report.DamagedChunks.Count == 0 ? "none" : string.Join(", ", report.DamagedChunks));
        Terminal.Out.Write(grid);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
