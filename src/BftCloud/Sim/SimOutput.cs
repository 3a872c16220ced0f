using System.Globalization;
using BftCloud.Common;
using BftCloud.Simulation;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary>Shows how simulations went.</summary>
internal static class SimOutput
{
    /// <summary>One seed.</summary>
    public static void Write(SimulationReport report, bool json)
    {
        if (json)
        {
            SimReport output = new(
                report.Seed, report.Steps, report.Messages, report.Operations, report.Acknowledged, report.Regency,
                report.Faults,
                report.TraceHash.ToString("x16", CultureInfo.InvariantCulture),
                report.Violation is { } v ? $"{v.Promise}: {v.Description}" : "passed");
            JsonOutput.Write(output, SimJson.Default.SimReport);
            return;
        }
        foreach (string line in report.Trace) Console.Out.WriteLine(line);
        Console.Out.WriteLine(report);
        if (report.Load is { } load)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"load: {load.Throughput:F0} operations a second, longest wait {load.LongestWaitMicros / 1e6:F3} s"));
        WriteCounts("faults", report.Faults);
    }

    /// <summary>Many seeds.</summary>
    public static void Write(CampaignReport report, Func<Violation, string> replay, bool json)
    {
        if (json)
        {
            SimCampaignReport output = new(
                report.Seeds, report.Elapsed.TotalSeconds, report.SeedsPerHour, report.VirtualTime.TotalHours,
                report.Speed, report.Steps, report.Operations, report.Faults,
                [.. report.Violations.Select(static v =>
                    new SimViolation(v.Seed, v.Promise, v.Description, v.AtMicros / 1e6))],
                !report.Passed ? "violated" : report.Interrupted ? "interrupted" : "passed");
            JsonOutput.Write(output, SimJson.Default.SimCampaignReport);
            return;
        }
        Console.Out.WriteLine(report);
        WriteCounts("faults", report.Faults);
        foreach (Violation violation in report.Violations)
        {
            Console.Out.WriteLine(violation);
            Console.Out.WriteLine($"  see it again: {replay(violation)}");
        }
    }

    private static void WriteCounts(string title, IReadOnlyDictionary<string, long> counts)
    {
        if (counts.Count == 0) return;
        Console.Out.WriteLine($"{title}:");
        foreach ((string kind, long count) in counts)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,12:N0}  {kind}"));
    }
}
