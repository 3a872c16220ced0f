using System.Globalization;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace BenchSuite;

/// <summary>Measures a suite by BenchmarkDotNet's short run, and keeps the outcome as one line of JSON.</summary>
public static class History
{
    /// <summary>Appends a line: date, commit, machine, and each benchmark's time and bytes per operation.</summary>
    /// <param name="suite">What to measure.</param>
    /// <param name="path">The file that the line goes to.</param>
    /// <param name="commit">What was measured.</param>
    /// <param name="machine">What <c>bftcloud bench machine --json</c> said just before.</param>
    /// <exception cref="InvalidOperationException">A benchmark gave no result.</exception>
    public static void Append(Suite suite, string path, string commit, string machine)
    {
        ArgumentNullException.ThrowIfNull(suite);
        JsonArray benchmarks = [];
        foreach (Type type in suite.Classes) Measure(type, benchmarks);
        JsonObject line = new()
        {
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["commit"] = commit,
            ["machine"] = JsonNode.Parse(machine),
            ["benchmarks"] = benchmarks,
        };
        File.AppendAllText(path, line.ToJsonString() + "\n");
    }

    private static void Measure(Type type, JsonArray benchmarks)
    {
        // In this process: a benchmark that had a process of its own would first be built, for longer than it runs.
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.Console);
        foreach (BenchmarkReport report in BenchmarkRunner.Run(type, config).Reports)
        {
            string name = Suite.NameOf(report.BenchmarkCase);
            if (report.ResultStatistics is not { } statistics)
                throw new InvalidOperationException($"{name} gave no result; what it said stands above.");
            benchmarks.Add(new JsonObject
            {
                ["benchmark"] = name,
                ["nsPerOp"] = Math.Round(statistics.Median, 1),
                ["bytesPerOp"] = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),
            });
        }
    }
}
