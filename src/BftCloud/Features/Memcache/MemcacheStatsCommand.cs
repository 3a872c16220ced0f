using System.CommandLine;
using BftCloud.Common;
using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache stats</c>.</summary>
internal static class MemcacheStatsCommand
{
    public static Command Create()
    {
        MemcacheTarget target = new();
        Option<bool> json = CommonOptions.Json();
        Command command = new("stats", "Prints the statistics of each server.");
        foreach (Option option in target.All) command.Add(option);
        command.Add(json);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using MemcacheClient client = MemcacheTarget.Connect(target.Read(result));
            List<MemcacheServerReport> reports = [];
            foreach (string server in client.Servers)
            {
                reports.Add(new MemcacheServerReport(
                    server, new(await client.GetStatisticsAsync(server, cancellationToken))));
            }
            if (result.GetValue(json)) JsonOutput.Write([.. reports], MemcacheJson.Default.MemcacheServerReportArray);
            else Console.Write(string.Concat(reports.Select(Describe)));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(MemcacheServerReport report) =>
        $"{report.Server}\n" + string.Concat(report.Statistics.Select(
            static line => $"  {Printable(line.Key),-32}{Printable(line.Value)}\n"));

    /// <summary>A server may send what moves a terminal's cursor.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
}
