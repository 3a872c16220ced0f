using System.CommandLine;
using BftCloud.Output;
using BftSmr.Replication;
using BftSmr.Simulation;

namespace BftCloud.Commands;

/// <summary><c>bftcloud sim</c>: simulates whole clusters with faults, from seeds.</summary>
internal static class SimCommand
{
    public static Command Create()
    {
        Option<SeedRange?> seeds = new("--seeds", "--seed")
        {
            Description = "One seed, or a range such as 1..10000; by default 1..100, or with --minutes all there are.", CustomParser = SeedRange.Parse, HelpName = "A..B",
        };
        Option<int> f = new("--f") { Description = "Replicas that may be faulty; there are 3f+1.", DefaultValueFactory = static _ => 1, HelpName = "N" };
        f.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value is < 1 or > 10) result.AddError("--f must be between 1 and 10.");
        });
        Option<Durability?> durability = new("--durability") { Description = "votes, decisions or none; by default it changes from seed to seed." };
        Option<RequestAuthentication?> authentication = new("--authentication") { Description = "mac or signed; by default it changes from seed to seed." };
        Option<int> minutes = new("--minutes") { Description = "End after so many minutes, whatever seeds are left.", DefaultValueFactory = static _ => 0, HelpName = "N" };
        Option<bool> keepGoing = new("--keep-going") { Description = "Collect all violations rather than end at the first." };
        Option<bool> trace = new("--trace") { Description = "With a single seed: tell the last part of its story." };
        Option<bool> json = CommonOptions.Json();
        Command command = new("sim", "Simulates clusters with faults and Byzantine replicas, in virtual time, from seeds.")
        {
            seeds, f, durability, authentication, minutes, keepGoing, trace, json,
        };
        command.SetAction((result, cancellationToken) =>
        {
            SeedRange range = result.GetValue(seeds) ?? new SeedRange(1, result.GetValue(minutes) > 0 ? ulong.MaxValue - 1 : 100);
            SimulationOptions Options(ulong seed) => new()
            {
                Seed = seed,
                F = result.GetValue(f),
                Durability = result.GetValue(durability) ?? (Durability)(seed % 3),
                Authentication = result.GetValue(authentication) ?? (RequestAuthentication)(seed / 3 % 2),
                TellsTrace = result.GetValue(trace) && range.Count == 1,
            };
            bool passed = range.Count == 1
                ? SimOutput.Write(Cluster.Simulate(Options(range.First)), result.GetValue(json))
                : SimOutput.Write(
                    Run(range, Options, result.GetValue(minutes), result.GetValue(keepGoing), cancellationToken), violation => Replay(Options(violation.Seed)), result.GetValue(json));
            return Task.FromResult(passed ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static string Replay(SimulationOptions options) =>
        $"bftcloud sim --seed {options.Seed} --f {options.F} --durability {options.Durability} --authentication {options.Authentication} --trace".ToLowerInvariant();

    private static CampaignReport Run(SeedRange range, Func<ulong, SimulationOptions> options, int minutes, bool keepGoing, CancellationToken cancellationToken) =>
        SimOutput.WithProgress(range.Count, progress => new Campaign
        {
            Options = options,
            StopsAtViolation = !keepGoing,
            TimeMax = minutes > 0 ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue,
            Progress = progress,
        }.Run(range.First, range.Last, cancellationToken));
}
