using System.Globalization;
using BftCloud.Primitives;
using BftCloud.Simulation;
using static BftSmr.Simulation.Tests.Scenarios.ScenarioList;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>What may keep correct replicas from going on, or have them go on where they must not.</summary>
internal static class ProgressScenarios
{
    private static readonly NetworkConditions s_far = new() { LatencyMinMicros = 99_000, LatencyMaxMicros = 101_000 };
    private const long Year2100Micros = 2_300_000_000_000_000;

    /// <summary>The number of a session has room for time up to 2^52 microseconds.</summary>
    private const long EndOfNumbersMicros = (1L << 52) - 1_800_000_000_000_000 - 10_000_000;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("clocks step back",
            "All clocks step back, by an hour or by years: the cluster goes on, with one change of leader at most.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow, events: ClocksStep(1_000_000, seed % 2 == 0 ? 1 : 8_766))) with
            {
                OperationsPerClient = 60, Clients = 4,
            })
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 1) },
        new("clocks step forward",
            "All clocks step forward by an hour, and later back: one change of leader at most for each.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, events:
            [
                .. ClocksStep(700_000 + 1_000 * (long)seed, -1), .. ClocksStep(1_700_000, 1),
            ])) with
            {
                OperationsPerClient = 60, Clients = 4,
            })
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 2) },
        new("forged time",
            "The first leader proposes a time of long ago, or of a far future: agreed time keeps to the clocks.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, AdversaryKind.TimeForger, 0)) with
            {
                ClockSkewMicros = 500_000, OperationsPerClient = 60,
            })
            { Also = AllAcknowledged },
        new("long agreement",
            "Agreement takes longer than the timeout for a minute: the timeout grows, and stays long enough.",
            static seed => ScenarioList.Options(seed, Plan(s_far)) with
            {
                RequestTimeoutMicros = 300_000, FaultyMicros = 60_000_000, OperationsPerClient = 100,
            })
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 12) },
        new("far apart",
            "Replicas are 100 ms from each other, and nothing is lost: nothing is said twice.",
            static seed => ScenarioList.Options(seed, Plan(s_far)) with
            {
                RequestTimeoutMicros = 1_000_000, FaultyMicros = 60_000_000, OperationsPerClient = 100,
            })
            {
                Also = static report => AllAcknowledged(report) ?? NoChangeOfLeader(report) ?? SaidAgain(report, 60),
            },
        new("thin links",
            "Links carry 12 KB a second: nothing is said again while the first still waits to leave.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow with { Bandwidth = new LinkBandwidth(12_000, 1 << 18) })) with
            {
                RequestTimeoutMicros = 1_000_000, FaultyMicros = 20_000_000, OperationsPerClient = 100, Clients = 4,
            })
            { Also = AllAcknowledged },
        new("full lines",
            "Large requests take the lines between replicas for more than the timeout: each waits for those before it. "
            + "Few are relayed. A burst at the start, of which nothing is executed within the timeout, may cost two "
            + "changes of leader; what comes after it costs none.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow with { Bandwidth = new LinkBandwidth(3_000_000, 1 << 26) })) with
            {
                HasDefaultSettings = true, RequestTimeoutMicros = 1_000_000, FaultyMicros = 10_000_000,
                Clients = 8 + 2 * (int)(seed % 3), OutstandingMax = 1,
                Load = new SteadyLoad { ThinkMicros = 2_000, MeasuredFromMicros = 500_000, HealedMicros = 500_000 },
            })
        {
            Services = static () => static () => new LargeRequests(),
            Workload = new LargeRequests.Workload(600_000),
            Also = static report => ChangesOfLeader(report, 2) ?? Relayed(report, report.Regency == 0 ? 20 : 100),
        },
        new("slow service",
            "Batches take two seconds of execution, at all replicas or at the first to execute: no leader is replaced "
            + "for it.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, events: SlowServices(seed))) with
            {
                RequestTimeoutMicros = 1_000_000, FaultyMicros = 30_000_000, OperationsPerClient = 60, Clients = 4,
                CheckpointPeriod = 8, Authentication = RequestAuthentication.Signed,
            })
            { Also = static report => AllAcknowledged(report) ?? NoChangeOfLeader(report) },
        new("catching up",
            "A replica stood still, and then takes long to install a state, while clients give it requests that others "
            + "executed long ago. Another wants a new leader all the time. The leader stays.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, AdversaryKind.Deserter, 3, StillAndSlow) with
            {
                ByzantineClients = [ByzantineClientKind.SessionHoarder, ByzantineClientKind.Flooder],
            }) with
            {
                RequestTimeoutMicros = 1_000_000, FaultyMicros = 12_000_000, OperationsPerClient = 150, Clients = 4,
                CheckpointPeriod = 4,
            })
            { Also = static report => AllAcknowledged(report) ?? NoChangeOfLeader(report) },
        new("wiped under load",
            "A replica loses its disk while clients go on and a checkpoint becomes stable every few milliseconds: it "
            + "fetches one of them, and what was decided since, and is back while the load lasts.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow, events: [new DiskLossFault(1_000_000, Replica((int)seed), 300_000)])) with
            {
                RequestTimeoutMicros = 1_000_000, FaultyMicros = 5_000_000, Clients = 4, CheckpointPeriod = 4,
                Load = new SteadyLoad { ThinkMicros = 2_000, MeasuredFromMicros = 500_000, HealedMicros = 500_000 },
            })
            { Also = static report => FetchesOfCheckpoints(report, 2) ?? ChangesOfLeader(report, 2) },
        new("wiped far away",
            "Replicas are 100 ms from each other, and one loses its disk: many checkpoints become stable while it "
            + "fetches one, which stays until it has it.",
            static seed => ScenarioList.Options(
                seed, Plan(s_far, events: [new DiskLossFault(4_000_000, Replica((int)seed), 300_000)])) with
            {
                RequestTimeoutMicros = 2_000_000, FaultyMicros = 14_000_000, Clients = 8, CheckpointPeriod = 4,
                QueryShare = 0,
                Load = new SteadyLoad { ThinkMicros = 2_000, MeasuredFromMicros = 500_000, HealedMicros = 500_000 },
            })
            { Also = static report => FetchesOfCheckpoints(report, 2) },
        new("wiped among liars",
            "Replicas lose their disks, one after the other, where frames are lost and a replica sends wrong chunks.",
            static seed => ScenarioList.Options(
                seed, Plan(
                    s_unordered with { LossShare = 0.1 }, AdversaryKind.LyingStateSender, 6,
                    Each(5, i => new DiskLossFault(500_000 + 700_000 * i, Replica(i + 1), 200_000)))) with
            {
                F = 2, FaultyMicros = 5_000_000, Clients = 4, CheckpointPeriod = 4,
                Load = new SteadyLoad { ThinkMicros = 2_000, MeasuredFromMicros = 500_000, HealedMicros = 500_000 },
            }),
        new("leader MACs",
            "The requests of 24 clients have a MAC that is right for the leader alone: all clients have to sign after "
            + "the second of them, and not each of them costs a leader.",
            static seed => ScenarioList.Options(
                seed, ScenarioList.Clients([.. Enumerable.Repeat(ByzantineClientKind.LeaderMacs, 24)])) with
            {
                Authentication = RequestAuthentication.Mac, FaultyMicros = 8_000_000,
            })
            { Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 5) },
        new("clients of the next century",
            "Clients whose clocks are in the year 2100, or at the end of all numbers, share an identity with others: "
            + "every one opens sessions.",
            static seed => ScenarioList.Options(
                seed, ClientRestarts(seed % 2 == 0 ? EndOfNumbersMicros : Year2100Micros)) with
            {
                Clients = 4, OperationsPerClient = 80,
            }),
        new("damaged checkpoints",
            "The newest checkpoint of a replica is damaged before it restarts: it knows that it forgot, and catches "
            + "up.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, events: DamagedCheckpoints(seed))) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 60, QueryShare = 0.5,
            }),
        new("rotting runs",
            "Bytes of the runs of replicas change while they run, one replica after the other: each finds that, and "
            + "mends the run from the others.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow, events: Each(12, i => new DiskDamageFault(
                    600_000 * (i + 1), Replica(i + (int)seed), 0, DiskDamage.CorruptCheckpoint)))) with
            {
                CheckpointPeriod = 60, FaultyMicros = 8_000_000, QueryShare = 0,
                Load = new SteadyLoad { ThinkMicros = 10_000, MeasuredFromMicros = 500_000, HealedMicros = 500_000 },
            })
            { Also = RunsAreMended },
        new("rot behind",
            "A replica whose disk is slow falls behind, and runs of its checkpoint are damaged that the others may "
            + "have merged away: it mends them, or fetches a later checkpoint.",
            static seed => ScenarioList.Options(
                seed, Plan(s_slow, events: RotBehind(Replica((int)seed)))) with
            {
                CheckpointPeriod = 8, FaultyMicros = 6_000_000, QueryShare = 0, OperationsPerClient = 400,
            }),
        new("behind for ever",
            "The leader says for ever that it is behind, and is not: it leads no more, and costs nothing else.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, AdversaryKind.Laggard, 0)) with
            {
                FaultyMicros = 6_000_000, OperationsPerClient = 200,
            })
        {
            Also = static report => AllAcknowledged(report) ?? ChangesOfLeader(report, 1)
                ?? (report.Regency == 0 ? "the leader that says that it is behind goes on" : null),
        },
        new("rot in memory",
            "Bits of a state turn in memory, of records that are changed next, and of others. The replica finds out, "
            + "loads its stable checkpoint, and executes again what followed.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, events: RotInMemory(seed))) with
            {
                CheckpointPeriod = 8, FaultyMicros = 6_000_000, OperationsPerClient = 400,
            })
        {
            Also = static report => AllAcknowledged(report)
                ?? (report.Faults.GetValueOrDefault("memory damaged") < 4 ? "less than four bits turned"
                    : report.Events.GetValueOrDefault("state dropped") < 2 ? "no wrong state was dropped"
                    : report.Events.ContainsKey("record found wrong in memory") ? null : "no record was found wrong"),
        },
        new("exceptions",
            "The service runs out of memory at one replica, and throws on queries what differs from replica to "
            + "replica: that replica starts anew, and all stay alike.",
            static seed => ScenarioList.Options(seed, Plan(s_slow)) with
            {
                OperationsPerClient = 40, CheckpointPeriod = 4,
            })
        {
            Services = FailingService.Maker,
            Workload = new FailingService.Workload(),
            Also = static report => AllAcknowledged(report)
                ?? (report.Events.ContainsKey("service threw") ? null : "no service ran out of memory"),
        },
    ];

    /// <summary>All clocks step at a moment; backwards by so many hours.</summary>
    private static FaultEvent[] ClocksStep(long atMicros, int hoursBack) =>
        Each(4, i => new ClockFault(atMicros, Replica(i), -hoursBack * 3_600_000_000L));

    private static string? SaidAgain(SimulationReport report, long most)
    {
        long again = report.Events.GetValueOrDefault("proposal sent again")
            + report.Events.GetValueOrDefault("vote sent again to a late replica");
        return again <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{again} messages were sent again, at most {most} expected");
    }

    private static string? Relayed(SimulationReport report, long most)
    {
        long relayed = report.Events.GetValueOrDefault("request relayed");
        return relayed <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{relayed} requests were relayed, at most {most} expected");
    }

    /// <summary>A fetch that ends too late begins again.</summary>
    private static string? FetchesOfCheckpoints(SimulationReport report, long most)
    {
        long begun = report.Events.GetValueOrDefault("checkpoint fetch begun");
        if (!report.Events.ContainsKey("checkpoint loaded")) return "no checkpoint was loaded";
        return begun <= most ? null : string.Create(
            CultureInfo.InvariantCulture, $"{begun} checkpoints were fetched, at most {most} expected");
    }

    private static string? RunsAreMended(SimulationReport report)
    {
        long found = report.Events.GetValueOrDefault("run found damaged");
        long mended = report.Events.GetValueOrDefault("run mended");
        return mended > 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"{found} runs were found damaged, and {mended} mended");
    }

    /// <summary>Clients restart, one after the other; the clock of every second one is that far ahead.</summary>
    private static FaultPlan ClientRestarts(long aheadMicros) =>
        Plan(s_slow, events: Each(24, i => new ClientRestartFault(100_000 * (i + 1), i % 4))) with
        {
            ClientClocks = [aheadMicros, 0, aheadMicros, 0],
        };

    /// <summary>At all replicas, or at all but one, every so often.</summary>
    private static FaultEvent[] SlowServices(ulong seed) =>
    [
        .. Enumerable.Range(0, 4).SelectMany(i => Each(8, time => new SlowServiceFault(
            1_000_000 + 3_000_000 * time, Replica(i), seed % 2 == 0 || time % 4 != i ? 300_000 : 1, 2_000_000))),
    ];

    private static FaultEvent[] StillAndSlow =>
    [
        new PauseFault(500_000, Replica(2), 2_000_000),
        new SlowDiskFault(2_000_000, Replica(2), 6_000_000, new DiskSpeed(200_000, 200_000)),
    ];

    /// <summary>One record that most commands change, and three that few do.</summary>
    private static FaultEvent[] RotInMemory(ulong seed) =>
    [
        .. Each(4, i => new MemoryDamageFault(
            1_000_000 + 1_200_000 * i, Replica(i + (int)seed), i == 0 ? 0 : 2 + (i + (int)seed) % 4)),
    ];

    private static FaultEvent[] RotBehind(ReplicaId replica) =>
    [
        new SlowDiskFault(500_000, replica, 3_000_000, new DiskSpeed(20_000, 20_000)),
        .. Each(8, i => new DiskDamageFault(600_000 + 200_000 * i, replica, 0, DiskDamage.CorruptCheckpoint)),
    ];

    private static FaultEvent[] DamagedCheckpoints(ulong seed) =>
    [
        .. Enumerable.Range(0, 8).SelectMany(i => new FaultEvent[]
        {
            new DiskDamageFault(300_000 * (i + 1), Replica(i + (int)seed), 0, DiskDamage.CorruptCheckpoint),
            new CrashFault(300_000 * (i + 1) + 1, Replica(i + (int)seed), 20_000, MachineToo: true),
        }),
    ];
}
