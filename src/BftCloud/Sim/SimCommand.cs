using System.CommandLine;
using BftCloud.Common;
using BftSmr;
using BftSmr.Simulation;
using Command = System.CommandLine.Command;

namespace BftCloud.Sim;

/// <summary><c>bftcloud sim</c>: simulates whole clusters with faults, from seeds.</summary>
internal static class SimCommand
{
    private static readonly TimeSpan s_minimizingMax = TimeSpan.FromMinutes(2);

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
        Option<FaultKinds?> faults = new("--faults")
        {
            Description = $"Only faults of these kinds, separated by commas: {string.Join(", ", Enum.GetNames<FaultKinds>()).ToLowerInvariant()}.", CustomParser = FaultKindsOption.Parse, HelpName = "KINDS",
        };
        Option<int> minutes = new("--minutes") { Description = "End after so many minutes, whatever seeds are left.", DefaultValueFactory = static _ => 0, HelpName = "N" };
        Option<int> seconds = new("--seconds") { Description = "How long faults happen in each simulation, seconds of virtual time; by default drawn from the seed, 1 to 10.", HelpName = "N" };
        Option<int> cores = new("--cores") { Description = "Simulations at a time; by default one on each core.", DefaultValueFactory = static _ => Environment.ProcessorCount, HelpName = "N" };
        Option<bool> keepGoing = new("--keep-going") { Description = "Collect all violations rather than end at the first." };
        Option<bool> trace = new("--trace") { Description = "With a single seed: tell the last part of its story." };
        Option<FileInfo?> html = new("--html") { Description = "With a single seed: draw its story as one HTML page.", HelpName = "FILE" };
        Option<bool> minimize = new("--minimize") { Description = "With a single seed that breaks a promise: find a smaller fault plan that does, too." };
        Option<FileInfo?> save = new("--save") { Description = "With a single seed: write it with its fault plan, for --replay. With --minimize: the smaller one.", HelpName = "FILE" };
        Option<FileInfo?> replay = new("--replay") { Description = "Play what --save wrote.", HelpName = "FILE" };
        Option<bool> json = CommonOptions.Json();
        Command command = new("sim", "Simulates clusters with faults and Byzantine replicas, in virtual time, from seeds.")
        {
            seeds, f, durability, authentication, faults, seconds, minutes, cores, keepGoing, trace, html, minimize, save, replay, json,
        };
        foreach (Option<int> bounded in (Option<int>[])[seconds, cores])
        {
            bounded.Validators.Add(static result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value is < 1 or > 1_000_000) result.AddError($"{result.Option.Name} must be between 1 and 1000000.");
            });
        }
        command.Validators.Add(result =>
        {
            bool isSingle = result.GetResult(replay) is not null || (result.GetResult(seeds) is { Tokens: [{ Value: var given }] } && !given.Contains("..", StringComparison.Ordinal));
            if (isSingle) return;
            foreach (Option option in (Option[])[trace, html, minimize, save])
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} is about one simulation: give --seed N or --replay FILE.");
            }
        });
        command.SetAction((result, cancellationToken) =>
        {
            SeedRange range = result.GetValue(seeds) ?? new SeedRange(1, result.GetValue(minutes) > 0 ? ulong.MaxValue - 1 : 100);
            SimulationOptions Options(ulong seed) => new()
            {
                Seed = seed,
                F = result.GetValue(f),
                Durability = result.GetValue(durability) ?? (Durability)(seed % 3),
                Authentication = result.GetValue(authentication) ?? (RequestAuthentication)(seed / 3 % 2),
                FaultKinds = result.GetValue(faults) ?? FaultKinds.All,
                FaultyMicros = result.GetValue(seconds) is > 0 and var given ? given * 1_000_000L : null,
            };
            bool isJson = result.GetValue(json);
            if (result.GetValue(replay) is { } file) return Task.FromResult(PlayOne(Read(file)));
            if (range.Count == 1) return Task.FromResult(PlayOne(Options(range.First)));
            CampaignReport report = Run(range, Options, result.GetValue(minutes), result.GetValue(cores), result.GetValue(keepGoing), cancellationToken);
            SimOutput.Write(report, violation => Replay(Options(violation.Seed)), isJson);
            return Task.FromResult(!report.Passed ? ExitCode.Failed : report.Interrupted ? ExitCode.Interrupted : ExitCode.Done);

            int PlayOne(SimulationOptions options)
            {
                SimulationReport one = Play(
                    options with { TellsTrace = result.GetValue(trace), RecordsTimeline = result.GetValue(html) is not null }, result.GetValue(minimize), result.GetValue(save), result.GetValue(html));
                SimOutput.Write(one, isJson);
                return one.Passed ? ExitCode.Done : ExitCode.Failed;
            }
        });
        return command;
    }

    private static SimulationReport Play(SimulationOptions options, bool minimizes, FileInfo? save, FileInfo? html)
    {
        SimulationReport report = BftSmr.Simulation.Cluster.Simulate(options);
        SimulationOptions played = options with { Faults = report.Plan, FaultyMicros = report.FaultyMicros };
        if (minimizes && !report.Passed)
        {
            Minimized smallest = Minimizer.Minimize(options, report, s_minimizingMax, static step => Console.Error.WriteLine($"still broken: {step}"));
            Console.Error.WriteLine($"smallest of {smallest.Runs} simulations:");
            Console.Error.WriteLine(SavedSimulation.Write(WithoutOutput(smallest.Options)));
            (report, played) = (smallest.Report, smallest.Options);
        }
        if (save is not null) File.WriteAllText(save.FullName, SavedSimulation.Write(WithoutOutput(played)));
        if (html is not null) File.WriteAllText(html.FullName, TimelinePage.Render(report));
        return report;
    }

    private static SimulationOptions WithoutOutput(SimulationOptions options) => options with { TellsTrace = false, RecordsTimeline = false };

    private static SimulationOptions Read(FileInfo file)
    {
        try
        {
            return SavedSimulation.Read(File.ReadAllText(file.FullName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandFailedException($"{file.FullName} cannot be played: {e.Message}");
        }
    }

    private static string Replay(SimulationOptions options)
    {
        string faults = options.FaultKinds == FaultKinds.All ? "" : $" --faults {options.FaultKinds.ToString().Replace(" ", "", StringComparison.Ordinal)}";
        string seconds = options.FaultyMicros is { } micros ? $" --seconds {micros / 1_000_000}" : "";
        return $"bftcloud sim --seed {options.Seed} --f {options.F} --durability {options.Durability} --authentication {options.Authentication}{faults}{seconds} --trace".ToLowerInvariant();
    }

    private static CampaignReport Run(SeedRange range, Func<ulong, SimulationOptions> options, int minutes, int cores, bool keepGoing, CancellationToken cancellationToken) =>
        SimProgress.Watch(range.Count, minutes, progress => new Campaign
        {
            Options = options,
            Parallelism = cores,
            StopsAtViolation = !keepGoing,
            TimeMax = minutes > 0 ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue,
            Progress = progress,
        }.Run(range.First, range.Last, cancellationToken));
}
