using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using BftSmr.Codec;
using Spectre.Console;

namespace BftCloud.Inspect;

/// <summary><c>bftcloud inspect log</c>: shows what a segment of a replica's log holds.</summary>
internal static class InspectLogCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "A segment of a log, DIR/rN/data/log/log-….wal." };
        Option<string?> cluster = ClusterOption();
        Option<bool> json = CommonOptions.Json();
        Command command = new("log", "Shows the records of a segment of a replica's log.") { file, cluster, json };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            BftSmr.ClusterConfiguration configuration = ClusterOf.File(path, result.GetValue(cluster));
            CodecLimits limits = CodecLimits.For(configuration.Quorums, configuration.Limits);
            LogReport report = LogReport.Of(path, limits);
            if (result.GetValue(json)) JsonOutput.Write(report, InspectJson.Default.LogReport);
            else Write(report);
            if (report.Damage is not null) throw new CommandFailedException($"{path}: {report.Damage}");
        });
        return command;
    }

    public static Option<string?> ClusterOption() =>
        new("--cluster")
        {
            Description = "The cluster's directory; by default the one that the file lies in.", HelpName = "DIR",
        };

    private static void Write(LogReport report)
    {
        string place = report.Base is { } from
            ? string.Create(CultureInfo.InvariantCulture, $"needed besides the checkpoint of instance {from}")
            : "continues the one before";
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Segment {report.Segment}, {place}; good up to byte {report.End}."));
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            "offset", "bytes", "record", "instance", "regency", "value", "requests");
        foreach (LogRecordReport record in report.Records)
        {
            table.AddRow(
                Text(record.Offset), Text(record.Bytes), record.Record, Text(record.Instance), Text(record.Regency),
                record.Value?[..12] ?? "-", Text(record.Requests));
        }
        Terminal.Out.Write(table);
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
