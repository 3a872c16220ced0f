namespace BftSmr.Simulation;

/// <summary>
/// Holds what correct clients get under each attack against what they get in the same seed without it, once the first
/// two timeouts have passed.
/// </summary>
public sealed class FloorCheck
{
    private const long MeasuredMicros = 6_000_000;

    /// <summary>The attacks; by default <see cref="FloorAttacks.All"/>.</summary>
    public IReadOnlyList<FloorAttack> Attacks { get; init; } = FloorAttacks.All;

    /// <summary>Simulations at a time.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Told of each attack that was played with a seed, one at a time, in any order.</summary>
    public Action<FloorRow>? Progress { get; init; }

    /// <summary>The simulation without an attack.</summary>
    internal Func<ulong, SimulationOptions> Without { get; init; } = Calm;

    /// <summary>
    /// The simulation without an attack. Eight clients have up to four operations outstanding each, and issue 400 a
    /// second together. Replicas have the product's settings, and processors ten times slower than measured, so that a
    /// tenth of the messages makes a flood.
    /// </summary>
    public static SimulationOptions Calm(ulong seed)
    {
        const long TimeoutMicros = 1_000_000;
        return new SimulationOptions
        {
            Seed = seed,
            Clients = 8,
            OutstandingMax = 4,
            HasDefaultSettings = true,
            RequestTimeoutMicros = TimeoutMicros,
            Processor = ProcessorCosts.Measured.SlowerBy(10),
            Load = new SteadyLoad
            {
                ThinkMicros = 20_000, HealedMicros = 200_000, MeasuredFromMicros = 2 * TimeoutMicros,
            },
            FaultyMicros = 2 * TimeoutMicros + MeasuredMicros,
            HealedMicros = 20_000_000,
            Faults = FaultPlan.None,
            StepsMax = 100_000_000,
        };
    }

    /// <summary>Plays every attack with every seed. A row for each attack, in their order.</summary>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="lastSeed">The last seed.</param>
    /// <param name="cancellation">Ends it: attacks that were not begun have no row.</param>
    public IReadOnlyList<FloorRow> Run(
        ulong firstSeed, ulong lastSeed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSeed, firstSeed);
        FloorRow?[] rows = new FloorRow?[Attacks.Count];
        Baselines baselines = new();
        int next = -1;
        Lock gate = new();

        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < rows.Length;)
            {
                for (ulong seed = firstSeed; seed <= lastSeed && !cancellation.IsCancellationRequested; seed++)
                {
                    FloorRow row = Play(Attacks[i], Without(seed), baselines);
                    if (rows[i] is not { } worst || row.Margin < worst.Margin) rows[i] = row;
                    lock (gate) Progress?.Invoke(row);
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Math.Max(1, Parallelism)).Select(_ => new Thread(Work, 16 << 20))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return [.. rows.OfType<FloorRow>()];
    }

    /// <summary>Plays one attack, and the same without it.</summary>
    internal static FloorRow Play(FloorAttack attack, SimulationOptions without, Baselines baselines)
    {
        SimulationOptions calm = attack.Setting is { } setting ? setting(without) : without;
        LoadReport kept = baselines.Of(calm);
        SimulationReport with = Cluster.Simulate(attack.Apply(calm));
        return new FloorRow(attack, without.Seed)
        {
            Share = with.Load!.Completed / (double)Math.Max(1, kept.Completed),
            LongestWaitMicros = with.Load.LongestWaitMicros,
            LeaderChanges = with.Regency,
            Violation = with.Violation,
        };
    }

    /// <summary>What clients get without an attack; each simulation is played once.</summary>
    internal sealed class Baselines
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<SimulationOptions, LoadReport> _known = [];

        public LoadReport Of(SimulationOptions options)
        {
            lock (_gate)
            {
                if (_known.TryGetValue(options, out LoadReport? known)) return known;
            }
            LoadReport report = Cluster.Simulate(options).Load!;
            lock (_gate) return _known[options] = report;
        }
    }
}
