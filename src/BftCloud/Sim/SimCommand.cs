using System.CommandLine;
using BftCloud.Common;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary><c>bftcloud sim</c>: simulates whole clusters with faults, from seeds.</summary>
internal static class SimCommand
{
    private static readonly TimeSpan s_minimizingMax = TimeSpan.FromMinutes(2);

    /// <param name="services">What can be simulated besides the built-in registers.</param>
    public static Command Create(IReadOnlyList<SimulatedService> services)
    {
        SimOptions options = new(services);
        Command command = new(
            "sim", "Simulates clusters with faults and Byzantine replicas, in virtual time, from seeds.");
        foreach (Option option in options.All) command.Add(option);
        command.Validators.Add(options.Validate);
        command.SetAction((result, cancellationToken) => Task.FromResult(Run(options, result, cancellationToken)));
        return command;
    }

    private static int Run(SimOptions options, ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(options.Floors)) return CheckFloors(options, result, cancellationToken);
        if (result.GetValue(options.SearchAttacks)) return SearchAttacks(options, result, cancellationToken);
        if (result.GetValue(options.Replay) is { } file) return PlayOne(Read(file), options, result);
        SeedRange range = options.SeedsIn(result);
        if (range.Count == 1) return PlayOne(options.For(range.First, result), options, result);
        CampaignReport report = RunAll(range, options, result, cancellationToken);
        string? service = result.GetValue(options.Service);
        SimOutput.Write(
            report, violation => Replay(options.For(violation.Seed, result), service), result.GetValue(options.Json));
        return !report.Passed ? ExitCode.Failed : report.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static int CheckFloors(SimOptions options, ParseResult result, CancellationToken cancellationToken)
    {
        SeedRange range = result.GetValue(options.Seeds) ?? new SeedRange(1, 1);
        FloorCheck check = new()
        {
            Parallelism = result.GetValue(options.Cores),
            Progress = static row => Console.Error.WriteLine(FloorOutput.Line(row)),
        };
        IReadOnlyList<FloorRow> rows = check.Run(range.First, range.Last, cancellationToken);
        FloorOutput.Write(rows, result.GetValue(options.Json));
        return !rows.All(static r => r.Holds) ? ExitCode.Failed
            : cancellationToken.IsCancellationRequested ? ExitCode.Interrupted
            : ExitCode.Done;
    }

    private static int SearchAttacks(SimOptions options, ParseResult result, CancellationToken cancellationToken)
    {
        AttackSearch search = new()
        {
            Seed = result.GetValue(options.Seeds)?.First ?? 1,
            TimeMax = TimeSpan.FromMinutes(result.GetValue(options.Minutes)),
            Parallelism = result.GetValue(options.Cores),
            Progress = static attack => Console.Error.WriteLine(FloorOutput.Line(attack.Row)),
        };
        IReadOnlyList<FoundAttack> attacks = search.Run(cancellationToken);
        FloorOutput.Write(attacks, result.GetValue(options.Json));
        if (result.GetValue(options.Save) is { } file && attacks.Count > 0)
            File.WriteAllText(file.FullName, SavedSimulation.Write(attacks[0].Options));
        return !attacks.All(static a => a.Row.Holds) ? ExitCode.Failed
            : cancellationToken.IsCancellationRequested ? ExitCode.Interrupted
            : ExitCode.Done;
    }

    private static int PlayOne(SimulationOptions simulation, SimOptions options, ParseResult result)
    {
        FileInfo? html = result.GetValue(options.Html);
        SimulationReport report = Play(
            simulation with { TellsTrace = result.GetValue(options.Trace), RecordsTimeline = html is not null },
            options.SimulatorIn(result), result.GetValue(options.Minimize), result.GetValue(options.Save), html);
        SimOutput.Write(report, result.GetValue(options.Json));
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static SimulationReport Play(
        SimulationOptions options, Func<SimulationOptions, SimulationReport> simulate, bool minimizes, FileInfo? save,
        FileInfo? html)
    {
        SimulationReport report = simulate(options);
        SimulationOptions played = options with { Faults = report.Plan, FaultyMicros = report.FaultyMicros };
        if (minimizes && !report.Passed)
        {
            Minimized smallest = Minimizer.Minimize(
                options, report, s_minimizingMax, static step => Console.Error.WriteLine($"still broken: {step}"),
                simulate);
            Console.Error.WriteLine($"smallest of {smallest.Runs} simulations:");
            Console.Error.WriteLine(SavedSimulation.Write(WithoutOutput(smallest.Options)));
            (report, played) = (smallest.Report, smallest.Options);
        }
        if (save is not null) File.WriteAllText(save.FullName, SavedSimulation.Write(WithoutOutput(played)));
        if (html is not null) File.WriteAllText(html.FullName, TimelinePage.Render(report));
        return report;
    }

    private static SimulationOptions WithoutOutput(SimulationOptions options) =>
        options with { TellsTrace = false, RecordsTimeline = false };

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

    /// <summary>The command that shows a simulation again.</summary>
    private static string Replay(SimulationOptions options, string? service)
    {
        string kinds = options.FaultKinds.ToString().Replace(" ", "", StringComparison.Ordinal);
        string faults = options.FaultKinds == FaultKinds.All ? "" : $" --faults {kinds}";
        string seconds = options.FaultyMicros is { } micros ? $" --seconds {micros / 1_000_000}" : "";
        string of = service is null ? "" : $" --service {service}";
        string command = $"bftcloud sim --seed {options.Seed} --f {options.F}{of} --durability {options.Durability} "
            + $"--authentication {options.Authentication}{faults}{seconds} --trace";
        return command.ToLowerInvariant();
    }

    private static CampaignReport RunAll(
        SeedRange range, SimOptions options, ParseResult result, CancellationToken cancellationToken)
    {
        int minutes = result.GetValue(options.Minutes);
        return SimProgress.Watch(range.Count, minutes, progress => new Campaign
        {
            Options = seed => options.For(seed, result),
            Simulate = options.SimulatorIn(result),
            Parallelism = result.GetValue(options.Cores),
            StopsAtViolation = !result.GetValue(options.KeepGoing),
            TimeMax = minutes > 0 ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue,
            Progress = progress,
        }.Run(range.First, range.Last, cancellationToken));
    }
}
