using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Chaos;

/// <summary>
/// <c>bftcloud chaos</c>: a cluster of real processes under everything that can happen to one machine, and the check of
/// what its clients saw.
/// </summary>
internal static class ChaosCommand
{
    /// <param name="workloads">What can be asked of services; the first is the default.</param>
    public static Command Create(IReadOnlyList<ChaosWorkload> workloads)
    {
        Argument<string?> directory = new("DIR")
        {
            Description = "A new or empty directory for the cluster, which is kept; without it a temporary one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> manifest = new("--manifest")
        {
            Description = "What happens; see --print-manifest.", HelpName = "FILE",
        };
        Option<int?> seconds = new("--seconds")
        {
            Description = "The duration in seconds, instead of the manifest's.", HelpName = "N",
        };
        Option<ulong?> seed = new("--seed")
        {
            Description = "The seed that decides which replicas are hit and when, instead of the manifest's.",
            HelpName = "N",
        };
        Option<string> service = new("--service")
        {
            Description = "The replicated service.", DefaultValueFactory = _ => workloads[0].Service,
        };
        service.AcceptOnlyFromAmong([.. workloads.Select(static workload => workload.Service)]);
        Option<bool> print = new("--print-manifest")
        {
            Description = "Print the manifest that is used without one, and end.",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "chaos",
            "Runs real replica processes, kills, pauses, cuts off and damages them, and checks what clients saw.")
        {
            directory, service, manifest, seconds, seed, print, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            ChaosManifest plan = result.GetValue(manifest) is { } file ? ChaosManifest.Load(file) : new ChaosManifest();
            plan = plan with
            {
                DurationSeconds = result.GetValue(seconds) ?? plan.DurationSeconds,
                Seed = result.GetValue(seed) ?? plan.Seed,
            };
            if (result.GetValue(print))
            {
                JsonOutput.Write(plan, ChaosJson.Default.ChaosManifest);
                return ExitCode.Done;
            }
            ChaosWorkload workload = workloads.First(workload => workload.Service == result.GetValue(service));
            return await RunAsync(
                plan, workload, result.GetValue(directory), result.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ChaosManifest plan, ChaosWorkload workload, string? kept, bool json, CancellationToken cancellationToken)
    {
        string path = kept ?? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        ChaosReport report = await ChaosRun.RunAsync(
            plan, workload, path, line => (json ? Console.Error : Console.Out).WriteLine(line), cancellationToken);
        if (kept is null && report.Passed) Directory.Delete(path, recursive: true);
        if (json) JsonOutput.Write(report, ChaosJson.Default.ChaosReport);
        else Write(report);
        return !report.Passed ? ExitCode.Failed : report.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static void Write(ChaosReport report)
    {
        Console.Out.WriteLine(report);
        foreach ((string kind, int count) in report.Perturbations) Console.Out.WriteLine($"  {count,6}  {kind}");
        foreach (string violation in report.Violations) Console.Out.WriteLine($"violation: {violation}");
    }
}
