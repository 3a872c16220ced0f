using System.Text.Json;
using BftCloud.Common;

namespace BftCloud.Bench;

/// <summary>A report that <c>--json</c> printed, in a file.</summary>
internal static class BenchReportFile
{
    private const long BytesMax = 4 << 20;
    private const int PiecesMax = 100_000;

    /// <summary>Reads it.</summary>
    /// <exception cref="CommandFailedException">It cannot be read, or is no report.</exception>
    public static BenchReport Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > BytesMax) throw NoReport(path, null);
            BenchReport? report = JsonSerializer.Deserialize(file, BenchJson.Default.BenchReport);
            return report is not null && IsWellFormed(report) ? report : throw NoReport(path, null);
        }
        catch (JsonException e)
        {
            throw NoReport(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The report {path} cannot be read: {e.Message}", e);
        }
    }

    private static CommandFailedException NoReport(string path, Exception? cause) => new(
        $"{path} is no report of a benchmark. Make one with 'bftcloud bench kv --cluster DIR --json > FILE'.", cause);

    private static bool IsWellFormed(BenchReport report) =>
        report is { Workload: not null, LatencyMs: not null, Replicas: not null }
        && IsFinite(
            report.Seconds, report.OpsPerSecond, report.LatencyMs.P50, report.LatencyMs.P90, report.LatencyMs.P99,
            report.LatencyMs.P999, report.LatencyMs.Max)
        && report.Replicas.All(static replica => replica is not null && IsFinite(replica.CpuSeconds, replica.RssMiB))
        && (report.Histogram is null || report.Histogram.All(IsWellFormed))
        && (report.Timeline is null || IsWellFormed(report.Timeline));

    private static bool IsWellFormed(BenchBin bin) =>
        bin is { FromMs: > 0, Operations: >= 0 } && bin.ToMs > bin.FromMs && double.IsFinite(bin.ToMs);

    private static bool IsWellFormed(BenchTimeline timeline) =>
        timeline is { Seconds: { Count: <= PiecesMax } seconds, OpsPerSecond: { } operations, Replicas: { } replicas }
        && operations.Count == seconds.Count && seconds.All(double.IsFinite) && operations.All(double.IsFinite)
        && replicas.All(replica => replica is { CpuPercent: { } cpu, RssMiB: { } memory }
            && cpu.Count == seconds.Count && memory.Count == seconds.Count && IsFinite([.. cpu, .. memory]));

    private static bool IsFinite(params ReadOnlySpan<double?> numbers)
    {
        foreach (double? number in numbers)
        {
            if (!double.IsFinite(number ?? 0)) return false;
        }
        return true;
    }
}
