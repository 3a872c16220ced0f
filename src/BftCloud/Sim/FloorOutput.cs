using System.Globalization;
using BftCloud.Common;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary>Shows what correct clients kept under attacks.</summary>
internal static class FloorOutput
{
    private const int WorstShown = 10;

    /// <summary>The floor table.</summary>
    public static void Write(IReadOnlyList<FloorRow> rows, bool json)
    {
        if (json)
        {
            JsonOutput.Write(Report(rows), SimJson.Default.FloorReport);
            return;
        }
        WriteRows(rows);
        int below = rows.Count(static r => !r.Holds);
        Console.Out.WriteLine($"{rows.Count} attacks, {below} below their floor");
    }

    /// <summary>The worst attacks of a search.</summary>
    public static void Write(IReadOnlyList<FoundAttack> attacks, bool json)
    {
        FloorRow[] worst =
        [
            .. attacks.DistinctBy(static a => (a.Rule.Replica is null, a.Rule.Kind, a.Rule.Message))
                .Take(WorstShown).Select(static a => a.Row),
        ];
        if (json)
        {
            JsonOutput.Write(Report(worst), SimJson.Default.FloorReport);
            return;
        }
        WriteRows(worst);
        int below = attacks.Count(static a => !a.Row.Holds);
        Console.Out.WriteLine($"{attacks.Count} attacks tried, {below} below the floor; the worst are above");
    }

    /// <summary>One row, as progress.</summary>
    public static string Line(FloorRow row) => string.Create(CultureInfo.InvariantCulture,
        $"seed {row.Seed}: {row.Attack.Name}: {row.Share:F2}, {row.LongestWaitMicros / 1e6:F2} s");

    private static void WriteRows(IReadOnlyList<FloorRow> rows)
    {
        int width = Math.Max(6, rows.Select(static r => r.Attack.Name.Length).DefaultIfEmpty(0).Max());
        Console.Out.WriteLine($"{"attack".PadRight(width)}  seed  kept  floor  longest wait  leaders");
        foreach (FloorRow row in rows)
        {
            string verdict = row.Violation is { } violation ? $"  BELOW: {violation.Promise}"
                : row.Holds ? "" : "  BELOW";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Attack.Name.PadRight(width)}  {row.Seed,4}  {row.Share,4:F2}  {row.Attack.Floor,5:F1}  "
                + $"{row.LongestWaitMicros / 1e6,10:F2} s  {row.LeaderChanges,7}{verdict}"));
        }
    }

    private static FloorReport Report(IReadOnlyList<FloorRow> rows) => new(
        [.. rows.Select(static r => new FloorReportRow(
            r.Attack.Name, r.Seed, r.Share, r.Attack.Floor, r.LongestWaitMicros / 1e6, r.LeaderChanges,
            r.Violation?.ToString(), r.Holds ? "holds" : "below"))],
        rows.All(static r => r.Holds) ? "holds" : "below");
}
