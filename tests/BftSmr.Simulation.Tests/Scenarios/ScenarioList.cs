using System.Globalization;
using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>
/// All scenarios. Public and without types of the core in its signature, as buggy copies of the core are played on
/// copies of it.
/// </summary>
public static class ScenarioList
{
    internal static readonly NetworkConditions s_slow =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 5_000, SpikeShare = 0.01 };
    private static readonly NetworkConditions s_spiky =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 20_000, SpikeShare = 0.1 };
    private static readonly NetworkConditions s_lossy =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 5_000, LossShare = 0.05 };
    private static readonly ClockError[] s_behind =
        [new(0, 3_000_000), new(0, 0), new(0, -1_000_000), new(0, -2_000_000)];
    internal static readonly NetworkConditions s_unordered =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 20_000, Datagrams = true };

    internal static IReadOnlyList<Scenario> All { get; } =
    [
        new("any", "Faults of all kinds, drawn from the seed, in every setting.",
            static seed => new SimulationOptions
            {
                Seed = seed,
                Durability = (Durability)(seed % 3),
                Authentication = (RequestAuthentication)(seed / 3 % 2),
            }),
        new(
            "any votes", "Faults of all kinds, drawn from the seed; votes are durable.",
            static seed => new SimulationOptions { Seed = seed, CheckpointPeriod = 4 }),
        new("disks", "Replicas lose their disks, one after the other.",
            static seed => Options(seed, Plan(events: DiskLosses(seed))) with { CheckpointPeriod = 8 }),
        new("damage", "Disks tear what is written, corrupt and misdirect it, and fail; all replicas lose power.",
            static seed => Options(seed, Torn(Plan(events: Damage(seed, 12)))) with
            {
                CheckpointPeriod = seed % 2 == 0 ? 8 : 32, OperationsPerClient = 60,
            }),
        new("hidden votes",
            "A replica votes, and denies it when the leader changes; the others do not hear of each other all the "
            + "time.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.LyingStopData, 3, Cuts(seed, 16))) with
            {
                OperationsPerClient = 60,
            }),
        new("stale reads", "A replica answers reads with an old state, and ACCEPTs take long.",
            static seed => Options(seed, Plan(s_spiky, AdversaryKind.StaleReader, (int)seed)) with
            {
                QueryShare = 0.6, OperationsPerClient = 100, Clients = 4,
            }),
        new("whispers",
            "A replica answers reads with an old state, and tells only one other what it accepts, while links of a "
            + "third break.",
            static seed => Options(seed, Plan(
                s_slow with { SpikeShare = 0.05 }, AdversaryKind.Whisperer, 0,
                Each(60, i => new LinkFault(100_000 + 45_000 * i, 2, i % 2 == 0 ? 1 : 3)))) with
            {
                QueryShare = 0.6, OperationsPerClient = 100, Clients = 4,
            }),
        new("decisions",
            "Replicas crash while their disks are slow and frames are lost: what is acknowledged is on disk as a "
            + "decision, with its batch.",
            static seed => Options(seed, Plan(s_unordered with { LossShare = 0.1 }, Restarts(seed, 4)) with
            {
                Disk = new DiskSpeed(5_000, 50_000),
            }) with
            {
                Durability = Durability.Decisions,
            }),
        new(
            "clocks",
            "The first leader's clock is ahead of its successors', and replicas lose their disks: agreed time goes on.",
            static seed => Options(seed, Plan(s_slow, events: LeaderAndDisks(seed)) with { Clocks = s_behind }) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 80, QueryShare = 0,
            }),
        new(
            "equivocation", "The first leader equivocates, on a slow network.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.EquivocatingLeader, 0))),
        new(
            "forgery", "A replica lies to clients.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.ForgedReplies, (int)seed)) with
            {
                QueryShare = 0.5,
            }),
        new(
            "made-up requests", "The leader makes up requests in the names of others.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.RequestForger, 0))),
        new("made-up signatures",
            "The leader makes up requests in the names of others, where some replicas check signatures for all.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.RequestForger, 0)) with
            {
                Authentication = RequestAuthentication.Signed,
            }),
        new("silent checker",
            "One of the replicas that check signatures for all is mute: the others check for themselves, and need no "
            + "other leader.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.Mute, 1 + (int)(seed % 3))) with
            {
                Authentication = RequestAuthentication.Signed,
            })
            { Also = static report => AllAcknowledged(report) ?? NoChangeOfLeader(report) },
        new("late checkpoints",
            "The snapshots of a replica take long, and announcements of others are lost: it goes no further than its "
            + "log has room for, and asks for what makes room when the others say nothing any more.",
            static seed => Options(seed, Plan(s_lossy, events: new SlowDiskFault(
                0, Replica((int)seed), 2_900_000, new DiskSpeed(1_000_000, 1_000_000)))) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 8 + 4 * (int)(seed % 8), Durability = Durability.None,
            }),
        new(
            "rights",
            "A client that may only read issues commands all the same: each is refused under every leader.",
            static seed => Options(seed, Plan(s_lossy, AdversaryKind.EquivocatingLeader, 0)) with
            {
                ReadOnlyClients = 1,
            })
        {
            Also = static report => report.Events.ContainsKey("operation refused") ? null : "nothing was refused",
        },
        new(
            "loss",
            "One frame of twenty is lost: everything is answered all the same, and no reply is forgotten that its "
            + "client waits for.",
            static seed => Options(seed, Plan(s_lossy)))
            { Also = static report => report.Acknowledged == report.Operations ? null : "a reply was forgotten" },

        new("B1",
            "A Byzantine leader keeps f correct replicas out and lets only one of the others decide: ordered "
            + "operations still complete.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.Excluder, 0))) { Also = AllAcknowledged },
        new("B2", "A write is acknowledged, then a fast read meets stale or undecided replicas: linearizable.",
            static seed => Options(seed, Plan(
                s_lossy with { LatencyMaxMicros = 30_000 },
                seed % 2 == 0 ? AdversaryKind.SelectiveSender : AdversaryKind.Yeasayer, (int)seed)) with
            {
                QueryShare = 0.6, OperationsPerClient = 60, Clients = 4,
            }),
        new(
            "B3", "The leader proposes again what was decided: nothing executes twice.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.Replayer, 0))),
        new("B4", "ACCEPTs of other regencies, instances and values are put together: they prove nothing.",
            static seed => Options(seed, Plan(s_unordered, Voters[seed / 2 % 3], (int)(seed % 2), Restarts(seed, 8)))),
        new("B5", "SYNC of old, foreign, unsigned or too few STOPDATA: rejected.",
            static seed => Options(seed, Plan(
                s_slow, AdversaryKind.SyncForger, 1,
                new CrashFault(500_000, Replica(0), 900_000, true),
                new CrashFault(1_800_000, Replica(2), 500_000, false),
                new CrashFault(2_400_000, Replica(3), 400_000, true))) with
            {
                CheckpointPeriod = 32,
            }),
        new("B6", "The senders of state disagree: neither the last nor the first answer chooses it.",
            static seed => Late(seed, seed % 2 == 0 ? AdversaryKind.CheckpointForger : AdversaryKind.LyingStateSender)),
        new("B7", "One replica is deaf, or mute, in one direction: progress without a storm of changes of leader.",
            static seed => Options(seed, Plan(events: new PartitionFault(
                300_000, 2_600_000, 1UL << (1 + (int)(seed % 3)),
                seed % 2 == 0 ? PartitionDirection.IntoGroup : PartitionDirection.OutOfGroup))))
            { Also = NoChangeOfLeader },
        new(
            "B8", "ACCEPTs arrive before the PROPOSE: no deadlock, and no change of leader.",
            static seed => Options(seed, Plan(s_unordered))) { Also = NoChangeOfLeader },
        new("B9",
            "Clients send unsigned, badly signed, mistyped and oversized requests, and open session after session: "
            + "others are unaffected.",
            static seed => Options(seed, Clients(
                ByzantineClientKind.Garbage, ByzantineClientKind.Spammer, ByzantineClientKind.SessionHoarder,
                ByzantineClientKind.Gaps)))
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 3) },
        new("B10", "Garbled frames come over the link of a replica: no other replica stops listening to it.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.Garbler, (int)seed))) { Also = AllAcknowledged },
        new("B11",
            "Requests whose MACs are right only for some replicas: few changes of leader, then their clients have to "
            + "sign.",
            static seed => Options(
                seed, Clients(ByzantineClientKind.PartialMacs, ByzantineClientKind.PartialMacs)) with
            {
                Authentication = RequestAuthentication.Mac, FaultyMicros = 8_000_000,
            })
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 6) },
        new("B12",
            "The leader delays each proposal until just before the timeout, and clients flood it: it is replaced, and "
            + "throughput has a floor.",
            static seed => Options(seed, Plan(s_slow with { SpikeShare = 0 }, AdversaryKind.SlowLeader, 0) with
            {
                ByzantineClients = [ByzantineClientKind.Flooder],
            }) with
            {
                RequestTimeoutMicros = 1_000_000, OperationsPerClient = 60, Clients = 4, FaultyMicros = 6_000_000,
                HealedMicros = 8_000_000,
            })
            {
                Also = static report => report.Regency > 0 && report.Regency < 3
                    ? null
                    : $"regency {report.Regency}: the leader was not replaced, or its successor was",
            },
        new("B13", "Two changes of leader with lying and contradicting certificates: no conflict.",
            static seed => Options(
                seed, Plan(s_slow, AdversaryKind.LyingStopData, (int)(seed % 3), Restarts(seed, 10))) with
            {
                CheckpointPeriod = 32,
            }),
        new("B14",
            "Correct replicas are locked on different values by an equivocating leader, then some crash: it "
            + "terminates.",
            static seed => Options(seed, Plan(
                s_slow, AdversaryKind.EquivocatingLeader, 0,
                [new CrashFault(700_000, Replica(0), 2_000_000, true), .. Restarts(seed, 4)]))),
        new("B15", "A value is decided by replicas that lack its batch: it is fetched.",
            static seed => Options(seed, Plan(s_unordered with { LossShare = 0.1 }, AdversaryKind.Excluder, 0))),
        new("B16",
            "Locks survive restarts of all, and what justified them is lost: the values are proposed again, and "
            + "accepted.",
            static seed => Options(seed, Plan(s_slow, AdversaryKind.SelectiveSender, (int)seed, PowerLosses(seed, 6)))),
        new("B17",
            "Clocks drift, and a replica calls for later and later regencies, and makes its own vain, so that timeouts "
            + "double: the others meet again.",
            static seed => Options(seed, Plan(
                s_lossy, seed % 2 == 0 ? AdversaryKind.Deserter : AdversaryKind.Mutineer, 1,
                [new CrashFault(500_000, Replica(0), 900_000, true), .. Restarts(seed, 4)]) with
            {
                Clocks = [new(10_000, 1_000_000), new(-10_000, -1_000_000), new(5_000, 0)],
            })),
        new("B18", "Power fails between signing and persisting, again and again: no replica votes twice.",
            static seed => Options(
                seed, Plan(s_slow, AdversaryKind.EquivocatingLeader, (int)seed, PowerLosses(seed, 8)) with
                {
                    Disk = new DiskSpeed(500, 5_000),
                }) with
            {
                OperationsPerClient = 60,
            }),
        new("B19", "A replica fetches state while the leader changes: nothing is executed twice, nothing stands still.",
            static seed => Options(seed, Plan(s_slow, events:
            [
                new PartitionFault(200_000, 1_200_000, 0b0010, PartitionDirection.Both),
                .. Each(5, i => new PauseFault(1_300_000 + 300_000 * i, Replica(i % 4 == 1 ? 0 : i), 250_000)),
            ])) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 80,
            }),
        new("B20", "The replicas that send state die while they do: the late one catches up from others.",
            static seed => Options(seed, Plan(s_slow, events:
            [
                new PartitionFault(200_000, 1_000_000, 0b0010, PartitionDirection.Both),
                .. Each(8, i => new CrashFault(1_200_000 + 150_000 * i, Replica(2 + i % 3), 120_000, true)),
            ])) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 80,
            }),
        new(
            "B23",
            "Chunks unlike their proof, progress that goes back, indices out of range, made-up proposals: rejected.",
            static seed => Late(seed, Liars[seed % 4])),
        new("B27", "A paused replica resumes after long: its peers' memory stays bounded, and it catches up.",
            static seed => Options(seed, Plan(events: new PauseFault(200_000, Replica((int)seed), 5_000_000))) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 150, FaultyMicros = 6_000_000,
            }),
        new("B28",
            "All replicas lose power at the same moment, again and again: every acknowledged operation is there.",
            static seed => Options(seed, Plan(events: PowerLosses(seed, 8)) with
            {
                Disk = new DiskSpeed(500, 5_000),
            }) with
            {
                OperationsPerClient = 60, CheckpointPeriod = 4,
            }),
        .. ProgressScenarios.All,
        .. FloorScenarios.Floors,
    ];

    private static AdversaryKind[] Voters =>
        [AdversaryKind.Mutator, AdversaryKind.EquivocatingLeader, AdversaryKind.Twin];

    private static AdversaryKind[] Liars =>
        [AdversaryKind.Garbler, AdversaryKind.Mutator, AdversaryKind.RequestForger, AdversaryKind.LyingStateSender];

    /// <summary>Plays one seed of a scenario: null if everything held, or what did not.</summary>
    public static string? Play(string scenario, ulong seed) => Find(scenario).Play(seed);

    /// <summary>
    /// Explores so many states under the most two-faced leader, which stays the leader; tells what was found.
    /// </summary>
    public static string Explore(int statesMax) =>
        Exploration.Run(
            new ExplorationOptions { StatesMax = statesMax, StrategiesMax = 1, ChangesLeader = false }).ToString();

    internal static Scenario Find(string id) => All.Single(s => s.Id == id);

    internal static SimulationOptions Options(ulong seed, FaultPlan plan) => new()
    {
        Seed = seed, Authentication = (RequestAuthentication)(seed % 2), FaultyMicros = 3_000_000, Faults = plan,
    };

    internal static FaultPlan Plan(
        NetworkConditions network, AdversaryKind kind, int replica, params FaultEvent[] events) =>
        Plan(network, events) with { Adversaries = [new AdversaryFault(Replica(replica), kind)] };

    internal static FaultPlan Plan(NetworkConditions? network = null, params FaultEvent[] events) =>
        new() { Network = network ?? NetworkConditions.Calm, Events = [.. events.OrderBy(static e => e.AtMicros)] };

    private static FaultPlan Torn(FaultPlan plan) =>
        plan with { Disk = new DiskSpeed(500, 5_000), TornWrites = true };

    internal static FaultPlan Clients(params ByzantineClientKind[] kinds) => new() { ByzantineClients = kinds };

    /// <summary>
    /// A replica is cut off until the others have forgotten what it lacks; an adversary is among those that it asks.
    /// </summary>
    private static SimulationOptions Late(ulong seed, AdversaryKind kind) => Options(
        seed,
        Plan(s_slow, kind, 3, new PartitionFault(200_000, 1_500_000, 0b0010, PartitionDirection.Both))) with
    {
        CheckpointPeriod = 4, OperationsPerClient = 80,
    };

    private static FaultEvent[] DiskLosses(ulong seed) =>
        Each(6, i => new DiskLossFault(400_000 * (i + 1), Replica(i + (int)seed), 10_000));

    internal static FaultEvent[] Restarts(ulong seed, int count)
    {
        SimulationRandom random = new(seed);
        return Each(count, _ => new CrashFault(
            300_000 + random.Next(2_500_000), Replica(random.Next(4)), 50_000 + random.Next(500_000),
            random.Chance(0.5)));
    }

    private static FaultEvent[] Cuts(ulong seed, int count)
    {
        SimulationRandom random = new(seed);
        PartitionDirection[] directions =
            [PartitionDirection.IntoGroup, PartitionDirection.OutOfGroup, PartitionDirection.Both];
        return Each(count, i => new PartitionFault(
            200_000 + 160_000 * i + random.Next(150_000), 50_000 + random.Next(400_000), 1UL << random.Next(3),
            random.Pick(directions)));
    }

    private static FaultEvent[] PowerLosses(ulong seed, int count)
    {
        SimulationRandom random = new(seed);
        return Each(count, i => new PowerLossFault(300_000 * (i + 1) + random.Next(250_000), 50_000));
    }

    /// <summary>The first leader crashes for a while, then replicas lose their disks, one after the other.</summary>
    private static FaultEvent[] LeaderAndDisks(ulong seed) =>
    [
        new CrashFault(500_000, Replica(0), 400_000, true),
        .. Each(6, i => new DiskLossFault(1_000_000 + 300_000 * i, Replica(i + (int)seed), 10_000)),
    ];

    private static FaultEvent[] Damage(ulong seed, int count)
    {
        SimulationRandom random = new(seed);
        DiskDamage[] kinds = Enum.GetValues<DiskDamage>();
        return Each(count, i =>
        {
            (long at, ReplicaId replica) = (200_000 * (i + 1) + random.Next(150_000), Replica(random.Next(4)));
            return random.Next(5) switch
            {
                0 => new PowerLossFault(at, 50_000),
                1 => new DiskFailureFault(at, replica, 50_000),
                _ => new DiskDamageFault(at, replica, 10_000, random.Pick(kinds)),
            };
        });
    }

    internal static FaultEvent[] Each(int count, Func<int, FaultEvent> make) =>
        [.. Enumerable.Range(0, count).Select(make)];

    internal static ReplicaId Replica(int number) => new(number % 4);

    internal static string? AllAcknowledged(SimulationReport report) =>
        report.Acknowledged + report.Events.GetValueOrDefault("operation ends as ReplyForgotten") == report.Operations
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Acknowledged} of {report.Operations} operations were acknowledged");

    internal static string? NoChangeOfLeader(SimulationReport report) => ChangesOfLeader(report, 0);

    internal static string? ChangesOfLeader(SimulationReport report, int most) =>
        report.Regency <= most
            ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"{report.Regency} changes of leader, at most {most} expected");
}
