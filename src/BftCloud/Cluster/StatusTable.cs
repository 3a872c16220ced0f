using System.Globalization;
using BftCloud.Processes;
using Spectre.Console;

namespace BftCloud.Cluster;

/// <summary>A cluster's status as a table for people.</summary>
internal static class StatusTable
{
    private const int DigestDigits = 12;

    public static Table Of(ClusterReport report)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns(
                "replica", "pid", "state", "regency", "leader", "last executed", "stable checkpoint", "state digest");
        foreach (ClusterReplicaReport replica in report.Replicas)
        {
            table.AddRow(
                $"r{replica.Id}",
                Text(replica.Pid),
                StateOf(replica) + DamageOf(replica),
                Text(replica.Regency),
                replica.Leader is { } leader ? $"r{leader}" : "-",
                Text(replica.LastExecuted),
                Text(replica.StableCheckpoint),
                replica.StateDigest?[..DigestDigits] ?? "-");
        }
        return table;
    }

    private static string StateOf(ClusterReplicaReport replica) => replica switch
    {
        { NotReady: { } why, Progress.Numbers: { } numbers } =>
            $"[yellow]{Markup.Escape(why)}[/]\n{Markup.Escape(numbers)}",
        { NotReady: { } why } => $"[yellow]{Markup.Escape(why)}[/]",
        { Up: false } => "[red]down[/]",
        _ => "[green]up[/]",
    };

    private static string DamageOf(ClusterReplicaReport replica) => replica.DamageFound > 0
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"[yellow], damage found: {replica.DamageFound}, mended: {replica.DamageMended}[/]")
        : "";

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
