using System.Text.Json;
using BenchmarkDotNet.Running;

namespace BenchSuite;

/// <summary>
/// The bytes that each benchmark of a suite is expected to allocate per operation: one JSON file for each class, which
/// maps the names of its methods to bytes.
/// </summary>
public static class AllocationBaselines
{
    /// <summary>A figure that differs by no more bytes than this is as expected…</summary>
    public const long ToleranceBytes = 16;

    /// <summary>…and so is one that differs by no more than this part of the baseline.</summary>
    public const double ToleranceShare = 0.05;

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    /// <summary>All baselines in a directory, by the names of their benchmarks.</summary>
    public static IReadOnlyDictionary<string, long> Load(string directory)
    {
        SortedDictionary<string, long> baselines = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(directory, "*.json"))
        {
            byte[] json = File.ReadAllBytes(path);
            Dictionary<string, long> methods = JsonSerializer.Deserialize<Dictionary<string, long>>(json)!;
            foreach ((string method, long bytes) in methods)
                baselines.Add($"{Path.GetFileNameWithoutExtension(path)}.{method}", bytes);
        }
        return baselines;
    }

    /// <summary>Measures a suite and writes what it finds. The files of classes that are gone go, too.</summary>
    public static void Record(Suite suite, string directory)
    {
        ArgumentNullException.ThrowIfNull(suite);
        Directory.CreateDirectory(directory);
        foreach (string old in Directory.EnumerateFiles(directory, "*.json")) File.Delete(old);
        foreach (Type type in suite.Classes)
        {
            SortedDictionary<string, long> methods = new(StringComparer.Ordinal);
            foreach (BenchmarkCase benchmark in BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases)
                methods.Add(benchmark.Descriptor.WorkloadMethod.Name, AllocationMeter.BytesPerOperation(benchmark));
            string path = Path.Combine(directory, $"{type.Name}.json");
            File.WriteAllText(path, JsonSerializer.Serialize(methods, Layout) + "\n");
        }
    }

    /// <summary>What is wrong with a figure, and what to do; null if it is as expected.</summary>
    public static string? Fault(string benchmark, long? baseline, long measured)
    {
        if (baseline is not { } expected)
            return $"{benchmark} has no baseline. It allocates {measured} bytes per operation: run bench/record.";
        long tolerance = Math.Max(ToleranceBytes, (long)(expected * ToleranceShare));
        if (measured > expected + tolerance)
            return $"{benchmark} allocates {measured} bytes per operation, not {expected}. " +
                "Find out why; if the price is worth paying, run bench/record.";
        if (measured < expected - tolerance)
            return $"{benchmark} allocates {measured} bytes per operation, no longer {expected}: " +
                "keep the gain, run bench/record.";
        return null;
    }
}
