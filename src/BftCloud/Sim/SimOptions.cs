using System.CommandLine;
using System.CommandLine.Parsing;
using BftCloud.Common;
using BftSmr;
using BftSmr.Simulation;

namespace BftCloud.Sim;

/// <summary>The options of <c>bftcloud sim</c>.</summary>
internal sealed class SimOptions
{
    private readonly IReadOnlyList<SimulatedService> _services;

    public SimOptions(IReadOnlyList<SimulatedService> services)
    {
        _services = services;
        F.Validators.Add(static result =>
        {
            if (IsOutside(result, 1, 10)) result.AddError("--f must be between 1 and 10.");
        });
        foreach (Option<int> bounded in (Option<int>[])[Seconds, Cores])
        {
            bounded.Validators.Add(static result =>
            {
                if (IsOutside(result, 1, 1_000_000))
                    result.AddError($"{result.Option.Name} must be between 1 and 1000000.");
            });
        }
        Service = new Option<string?>("--service")
        {
            Description =
                "Simulate this service rather than the built-in registers, whose histories are checked most strictly.",
        };
        Service.AcceptOnlyFromAmong([.. services.Select(static service => service.Name)]);
    }

    public Option<SeedRange?> Seeds { get; } = new("--seeds", "--seed")
    {
        Description = "One seed, or a range such as 1..10000; by default 1..100, or with --minutes all there are.",
        CustomParser = SeedRange.Parse,
        HelpName = "A..B",
    };

    public Option<int> F { get; } = new("--f")
    {
        Description = "Replicas that may be faulty; there are 3f+1.", DefaultValueFactory = static _ => 1,
        HelpName = "N",
    };

    public Option<string?> Service { get; }

    public Option<Durability?> Durability { get; } = new("--durability")
    {
        Description = "votes, decisions or none; by default it changes from seed to seed.",
    };

    public Option<RequestAuthentication?> Authentication { get; } = new("--authentication")
    {
        Description = "mac or signed; by default it changes from seed to seed.",
    };

    public Option<FaultKinds?> Faults { get; } = new("--faults")
    {
        Description = "Only faults of these kinds, separated by commas: "
            + $"{string.Join(", ", Enum.GetNames<FaultKinds>()).ToLowerInvariant()}.",
        CustomParser = FaultKindsOption.Parse,
        HelpName = "KINDS",
    };

    public Option<int> Seconds { get; } = new("--seconds")
    {
        Description = "How long faults happen in each simulation, seconds of virtual time; "
            + "by default drawn from the seed, 1 to 10.",
        HelpName = "N",
    };

    public Option<int> Minutes { get; } = new("--minutes")
    {
        Description = "End after so many minutes, even if seeds are left.",
        DefaultValueFactory = static _ => 0,
        HelpName = "N",
    };

    public Option<int> Cores { get; } = new("--cores")
    {
        Description = "Simulations at a time; by default one on each core.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    public Option<bool> KeepGoing { get; } = new("--keep-going")
    {
        Description = "Collect all violations rather than end at the first.",
    };

    public Option<bool> Trace { get; } = new("--trace")
    {
        Description = "With a single seed: tell the last part of its story.",
    };

    public Option<FileInfo?> Html { get; } = new("--html")
    {
        Description = "With a single seed: draw its story as one HTML page.", HelpName = "FILE",
    };

    public Option<bool> Minimize { get; } = new("--minimize")
    {
        Description = "With a single seed that breaks a promise: find a smaller fault plan that does, too.",
    };

    public Option<FileInfo?> Save { get; } = new("--save")
    {
        Description =
            "With a single seed: write it with its fault plan, for --replay. With --minimize: the smaller one.",
        HelpName = "FILE",
    };

    public Option<FileInfo?> Replay { get; } = new("--replay")
    {
        Description = "Play what --save wrote.", HelpName = "FILE",
    };

    public Option<bool> Floors { get; } = new("--floors")
    {
        Description = "Play every known attack, and print what correct clients keep of their throughput, and their "
            + "longest wait. Fails if one is below its floor.",
    };

    public Option<bool> SearchAttacks { get; } = new("--search-attacks")
    {
        Description = "Search for attacks on one type of message, for --minutes, and print the worst. With --save: "
            + "write the worst.",
    };

    public Option<bool> Json { get; } = CommonOptions.Json();

    /// <summary>In the order of the help.</summary>
    public IEnumerable<Option> All =>
    [
        Seeds, F, Service, Durability, Authentication, Faults, Seconds, Minutes, Cores, KeepGoing,
        Trace, Html, Minimize, Save, Replay, Floors, SearchAttacks, Json,
    ];

    /// <summary>Options about one simulation are wrong where there are many.</summary>
    public void Validate(CommandResult result)
    {
        bool isOneSeed = result.GetResult(Seeds) is { Tokens: [{ Value: var given }] }
            && !given.Contains("..", StringComparison.Ordinal);
        if (result.GetValue(Floors) || result.GetValue(SearchAttacks))
        {
            ValidateAttacks(result, isOneSeed);
            return;
        }
        if (isOneSeed || result.GetResult(Replay) is not null) return;
        foreach (Option option in (Option[])[Trace, Html, Minimize, Save])
        {
            if (result.GetResult(option) is not { Implicit: false }) continue;
            result.AddError($"{option.Name} is about one simulation: give --seed N or --replay FILE.");
        }
    }

    /// <summary>Attacks come with options of their own.</summary>
    private void ValidateAttacks(CommandResult result, bool isOneSeed)
    {
        bool searches = result.GetValue(SearchAttacks);
        string name = searches ? SearchAttacks.Name : Floors.Name;
        if (searches && result.GetValue(Floors)) result.AddError("Give --floors or --search-attacks, not both.");
        if (searches && result.GetValue(Minutes) < 1) result.AddError("--search-attacks needs --minutes N.");
        if (searches && !isOneSeed && result.GetResult(Seeds) is { Implicit: false })
            result.AddError("--search-attacks takes one seed: give --seed N.");
        Option[] others =
        [
            F, Service, Durability, Authentication, Faults, Seconds, KeepGoing, Trace, Html, Minimize, Replay,
            .. searches ? Array.Empty<Option>() : [Minutes, Save],
        ];
        foreach (Option option in others)
        {
            if (result.GetResult(option) is { Implicit: false })
                result.AddError($"{option.Name} does not go with {name}, which decides that itself.");
        }
    }

    /// <summary>The seeds that were asked for.</summary>
    public SeedRange SeedsIn(ParseResult result) =>
        result.GetValue(Seeds) ?? new SeedRange(1, result.GetValue(Minutes) > 0 ? ulong.MaxValue - 1 : 100);

    /// <summary>What to simulate for a seed.</summary>
    public SimulationOptions For(ulong seed, ParseResult result) => new()
    {
        Seed = seed,
        F = result.GetValue(F),
        Durability = result.GetValue(Durability) ?? (Durability)(seed % 3),
        Authentication = result.GetValue(Authentication) ?? (RequestAuthentication)(seed / 3 % 2),
        FaultKinds = result.GetValue(Faults) ?? FaultKinds.All,
        FaultyMicros = result.GetValue(Seconds) is > 0 and var given ? given * 1_000_000L : null,
    };

    /// <summary>Runs one simulation: of the service that was asked for, or of the built-in registers.</summary>
    public Func<SimulationOptions, SimulationReport> SimulatorIn(ParseResult result)
    {
        if (result.GetValue(Service) is not { } name) return BftSmr.Simulation.Cluster.Simulate;
        SimulatedService service = _services.First(service => service.Name == name);
        return options => BftSmr.Simulation.Cluster.Simulate(options, service.Create, service.Workload());
    }

    private static bool IsOutside(OptionResult result, int min, int max) =>
        result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < min || value > max);
}
