using System.CommandLine;
using System.Globalization;
using BftCloud.Common;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud bench memcache</c>.</summary>
internal static class MemcacheBenchCommand
{
    public static Command Create()
    {
        MemcacheTarget target = new();
        Option<int> clients = new("--clients")
        {
            Description = "Closed loops, each with a connection of its own.",
            DefaultValueFactory = static _ => 64,
            HelpName = "N",
        };
        Bound(clients, 1, 10_000);
        Option<int> valueBytes = new("--value-bytes")
        {
            Description = "The length of each value.", DefaultValueFactory = static _ => 1024, HelpName = "N",
        };
        Bound(valueBytes, 0, 1 << 20);
        Option<double> reads = new("--reads")
        {
            Description = "The share of gets, from 0 to 1. A get that finds nothing is followed by a set.",
            DefaultValueFactory = static _ => 0.9,
            HelpName = "SHARE",
        };
        Bound(reads, 0, 1);
        Option<MemcacheBenchKeys> keys = new("--keys")
        {
            Description = "Which keys: zipf:N, some much more often than others, or uniform:N.",
            DefaultValueFactory = static _ => new MemcacheBenchKeys(100_000, IsSkewed: true),
            CustomParser = MemcacheBenchKeys.Parse,
            HelpName = "KEYS",
        };
        Option<Duration> duration = Time("--duration", "How long to measure.", 10);
        Option<Duration> warmUp = Time("--warm-up", "How long to run before that.", 2);
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            MemcacheFeature.Name, "Gets and sets on cache servers, through this library's own client.")
        {
            clients, valueBytes, reads, keys, duration, warmUp, json,
        };
        foreach (Option option in target.All) command.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            MemcacheBench bench = new(
                target.Read(result), result.GetValue(keys), result.GetValue(valueBytes), result.GetValue(reads));
            MemcacheBenchReport report = await bench.RunAsync(
                result.GetValue(clients), result.GetValue(warmUp).Time, result.GetValue(duration).Time,
                cancellationToken);
            if (result.GetValue(json)) JsonOutput.Write(report, MemcacheJson.Default.MemcacheBenchReport);
            else Console.WriteLine(Describe(report));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(MemcacheBenchReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        operations  {report.OperationsPerSecond:0}/s, {report.Operations} in {report.Seconds:0.0} s
        hits        {report.HitShare:P1} of {report.Gets} gets
        errors      {report.Errors}
        latency     p50 {report.P50Micros} us, p99 {report.P99Micros} us, p99.9 {report.P999Micros} us
        longest     {report.MaxMicros} us
        """);

    private static Option<Duration> Time(string name, string description, double seconds) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => Duration.Seconds(seconds),
        CustomParser = Duration.Parse,
        HelpName = "TIME",
    };

    private static void Bound<T>(Option<T> option, double min, double max) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1
            && double.TryParse(
                result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && !(value >= min && value <= max))
            result.AddError(string.Create(
                CultureInfo.InvariantCulture, $"{option.Name} must be between {min} and {max}."));
    });
}
