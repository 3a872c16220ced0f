using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using DepSky.Configuration;

namespace BftCloud.Features.DepSky;

/// <summary><c>bftcloud bench depsky</c>.</summary>
internal static class DepSkyBenchCommand
{
    public static Command Create()
    {
        Option<string> config = new("--config")
        {
            Description = "A depsky.json; what is stored in its clouds for the benchmark is deleted again.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int> megabytes = Number(
            "--megabytes", "The length of the large object, in 10^6 bytes.", 100, 1, 100_000);
        Option<int> rounds = Number("--rounds", "How often it is put and got.", 3, 1, 100);
        Option<int> reads = Number(
            "--reads", "How many reads of 100 KB, for no slow cloud and for each slow cloud.", 100, 1, 10_000);
        Option<Duration> delay = new("--slow-by")
        {
            Description = "How slow the slow cloud is.",
            DefaultValueFactory = static _ => Duration.Seconds(0.5),
            CustomParser = Duration.Parse,
            HelpName = "TIME",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            DepSkyFeature.Name,
            "Puts and gets on the clouds of a configuration, beside writing to them directly; "
            + "and reads while one of them is slow.")
        {
            config, megabytes, rounds, reads, delay, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            DepSkyBench bench = new(DepSkyConfiguration.Load(result.GetValue(config)!));
            DepSkyBenchReport report = await bench.RunAsync(
                result.GetValue(megabytes) * 1_000_000L, result.GetValue(rounds), result.GetValue(reads),
                result.GetValue(delay).Time, cancellationToken);
            if (result.GetValue(json)) JsonOutput.Write(report, DepSkyJson.Default.DepSkyBenchReport);
            else Console.WriteLine(Describe(report));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(DepSkyBenchReport report)
    {
        DepSkyReadLatency[] reads = [report.NoneSlow, .. report.OneSlow];
        IEnumerable<string> latencies = reads.Select(static latency => string.Create(
            CultureInfo.InvariantCulture,
            $"  {latency.SlowCloud,-12} p50 {latency.P50,8:0.00}  p90 {latency.P90,8:0.00}  max {latency.Max,8:0.00}  "
            + $"first {latency.First,8:0.00}"));
        string reached = $"(the same blocks to the same clouds; put reaches {report.PutToDirect:P0} of it)";
        return string.Create(CultureInfo.InvariantCulture,
            $"""
            {report.LargeBytes / 1_000_000} MB, MB/s of content in each round:
              put     {List(report.PutMegabytesPerSecond)}
              direct  {List(report.DirectMegabytesPerSecond)}   {reached}
              get     {List(report.GetMegabytesPerSecond)}
            stored, metadata apart: {report.StorageFactor:0.000} times the size
            reads of 100 KB, ms, by the slow cloud:
            {string.Join('\n', latencies)}
            peak memory of this process: {report.PeakMemoryMiB:0} MiB
            """);
    }

    private static string List(IReadOnlyList<double> values) =>
        string.Join("  ", values.Select(static value => value.ToString("0.0", CultureInfo.InvariantCulture)));

    private static Option<int> Number(string name, string description, int fallback, int min, int max)
    {
        Option<int> option = new(name)
        {
            Description = description, DefaultValueFactory = _ => fallback, HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value)
                && (value < min || value > max))
            {
                result.AddError($"{name} must be between {min} and {max}.");
            }
        });
        return option;
    }
}
