using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Faults;

/// <summary>
/// Draws a fault plan from a seed. Each plan has only some of the kinds of faults, each with an intensity of its own
/// ("swarm testing", Groce et al. 2012): runs with everything at once never get far enough to meet the rarer states.
/// </summary>
internal static class FaultPlanner
{
    private const int LaterKindsStream = 9;

    private static readonly AdversaryKind[] s_firstKinds =
        [.. Enum.GetValues<AdversaryKind>().Where(static k => k <= AdversaryKind.Yeasayer)];
    private static readonly AdversaryKind[] s_laterKinds =
        [.. Enum.GetValues<AdversaryKind>().Where(static k => k is > AdversaryKind.Yeasayer and <= AdversaryKind.Twin)];
    private static readonly AdversaryKind[] s_latestKinds =
        [.. Enum.GetValues<AdversaryKind>().Where(
            static k => k is > AdversaryKind.Twin and <= AdversaryKind.Deserter)];

    /// <summary>
    /// Draws everything, and leaves out what is not asked for: the rest is what it would be with all of it.
    /// </summary>
    public static FaultPlan Draw(SimulationRandom random, FaultScope scope)
    {
        FaultPlan all = DrawAll(random, scope);
        if (scope.Kinds == FaultKinds.All) return all;
        bool Has(FaultKinds kind) => (scope.Kinds & kind) != 0;
        return all with
        {
            Network = Has(FaultKinds.Network) ? all.Network : NetworkConditions.Calm,
            Disk = Has(FaultKinds.Disks) ? all.Disk : DiskSpeed.Quick,
            TornWrites = Has(FaultKinds.Damage) && all.TornWrites,
            Adversaries = Has(FaultKinds.Byzantine) ? all.Adversaries : [],
            ByzantineClients = Has(FaultKinds.Clients) ? all.ByzantineClients : [],
            Clocks = Has(FaultKinds.Clocks) ? all.Clocks : [],
            ClientClocks = Has(FaultKinds.Clocks) ? all.ClientClocks : [],
            Events = [.. all.Events.Where(e => Has(KindOf(e)))],
        };
    }

    private static FaultKinds KindOf(FaultEvent fault) => fault switch
    {
        CrashFault => FaultKinds.Crashes,
        PowerLossFault => FaultKinds.Power,
        PauseFault => FaultKinds.Pauses,
        PartitionFault => FaultKinds.Partitions,
        LinkFault => FaultKinds.Links,
        ClockFault => FaultKinds.Clocks,
        ClientRestartFault => FaultKinds.Restarts,
        DiskDamageFault or DiskFailureFault or MemoryDamageFault => FaultKinds.Damage,
        _ => FaultKinds.Disks,
    };

    private static FaultPlan DrawAll(SimulationRandom random, FaultScope scope)
    {
        if (random.Chance(0.03)) return FaultPlan.None;
        List<AdversaryFault> adversaries = DrawAdversaries(random.Fork("adversaries"), scope);
        List<FaultEvent> events = [];
        DrawCrashes(random.Fork("crashes"), scope, events);
        DrawDiskLosses(random.Fork("disks"), scope, events);
        DrawPauses(random.Fork("pauses"), scope, events);
        DrawPartitions(random.Fork("partitions"), scope, events);
        DrawLinkFaults(random.Fork("links"), scope, events);
        DrawClockFaults(random.Fork("clocks"), scope, events);
        DrawClockSteps(random.Fork("clock steps"), scope, events);
        DrawSlowDisks(random.Fork("slow disks"), scope, events);
        DrawClientRestarts(random.Fork("client restarts"), scope, events);
        DrawDiskDamage(random.Fork("disk damage"), scope, events);
        DrawMemoryDamage(random.Fork("memory damage"), scope, events);
        return new FaultPlan
        {
            Network = DrawNetwork(random.Fork("network")),
            Disk = DrawDisk(random.Fork("disk")),
            TornWrites = random.Fork("torn writes").Chance(0.3),
            Adversaries = adversaries,
            ByzantineClients = DrawClients(random.Fork("clients")),
            Clocks = DrawClocks(random.Fork("clock errors"), scope),
            ClientClocks = DrawClientClocks(random.Fork("client clocks"), scope),
            Events = [.. events.OrderBy(static e => e.AtMicros)],
        };
    }

    private static List<AdversaryFault> DrawAdversaries(SimulationRandom random, FaultScope scope)
    {
        if (random.Chance(0.4)) return [];
        List<int> replicas = [.. Enumerable.Range(0, scope.Replicas)];
        random.Shuffle(replicas);
        if (random.Chance(0.4)) // the first leader is the one that can do most harm
        {
            replicas.Remove(0);
            replicas.Insert(0, 0);
        }
        int count = 1 + random.Next(scope.Faulty);
        return [.. replicas.Take(count).Select(r => new AdversaryFault(new ReplicaId(r), DrawKind(random, r)))];
    }

    /// <summary>
    /// The kinds of the second pick came later, and from a stream of their own: so the seeds that found something
    /// before them still mean what they meant.
    /// </summary>
    private static AdversaryKind DrawKind(SimulationRandom random, int replica)
    {
        AdversaryKind kind = random.Pick(s_firstKinds);
        SimulationRandom later = random.Fork("later kinds", replica + LaterKindsStream);
        SimulationRandom latest = random.Fork("latest kinds", replica);
        if (random.Fork("newest kinds", replica).Chance(0.02)) return AdversaryKind.TimeForger;
        if (latest.Chance(0.05)) return latest.Pick(s_latestKinds);
        return later.Chance(0.4) ? later.Pick(s_laterKinds) : kind;
    }

    private static List<ByzantineClientKind> DrawClients(SimulationRandom random)
    {
        List<ByzantineClientKind> drawn = [];
        if (random.Chance(0.6)) return drawn;
        ByzantineClientKind[] kinds =
            [.. Enum.GetValues<ByzantineClientKind>().Where(static k => k <= ByzantineClientKind.SessionHoarder)];
        for (int count = 1 + random.Next(2); drawn.Count < count;) drawn.Add(random.Pick(kinds));
        SimulationRandom later = random.Fork("later kinds", LaterKindsStream);
        if (later.Chance(0.1)) drawn[0] = ByzantineClientKind.Flooder;
        if (random.Fork("latest kinds", LaterKindsStream).Chance(0.05)) drawn[^1] = ByzantineClientKind.LeaderMacs;
        return drawn;
    }

    private static NetworkConditions DrawNetwork(SimulationRandom random)
    {
        long latencyMin = random.Pick([20L, 100, 1_000, 20_000]);
        return new NetworkConditions
        {
            LatencyMinMicros = latencyMin,
            LatencyMaxMicros = latencyMin * random.Pick([1L, 2, 10]),
            SpikeShare = random.Pick([0, 0, 0.001, 0.02, 0.1]),
            SpikeMaxMicros = random.Pick([5_000L, 50_000, 500_000]),
            LossShare = random.Pick([0, 0, 0, 0.001, 0.01, 0.05, 0.2]),
            Datagrams = random.Chance(0.3),
            DuplicationShare = random.Pick([0, 0.01, 0.1]),
            FramesInFlightMax = random.Chance(0.1) ? 50 : 10_000,
        };
    }

    private static DiskSpeed DrawDisk(SimulationRandom random) => random.Next(4) switch
    {
        0 => new DiskSpeed(1, 5),
        1 => new DiskSpeed(1_000, 10_000),
        _ => DiskSpeed.Quick,
    };

    private static List<ClockError> DrawClocks(SimulationRandom random, FaultScope scope)
    {
        if (random.Chance(0.5)) return [];
        long drift = random.Pick([0L, 100, 10_000]), skew = random.Pick([1_000L, 1_000_000, 20_000_000]);
        return [.. Enumerable.Range(0, scope.Replicas)
            .Select(_ => new ClockError(random.Between(-drift, drift), random.Between(-skew, skew)))];
    }

    /// <summary>Right, an hour wrong either way, of 1970, or of about the year 2100.</summary>
    private static List<long> DrawClientClocks(SimulationRandom random, FaultScope scope)
    {
        if (random.Chance(0.92)) return [];
        long[] skews = [0, 3_600_000_000, -3_600_000_000, -1_700_000_000_000_000, 2_300_000_000_000_000];
        return [.. Enumerable.Range(0, scope.Clients).Select(_ => random.Pick(skews))];
    }

    private static void DrawCrashes(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.4)) return;
        int count = 1 + random.Next(random.Pick([2, 6, 15]));
        for (int i = 0; i < count; i++)
            events.Add(new CrashFault(
                Moment(random, scope), Replica(random, scope), Duration(random, 2_000_000), random.Chance(0.5)));
        if (scope.Durability != Durability.Votes || random.Chance(0.6)) return;
        for (int losses = 1 + random.Next(3); losses > 0; losses--)
            events.Add(new PowerLossFault(Moment(random, scope), Duration(random, 1_000_000)));
    }

    private static void DrawDiskLosses(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.75)) return;
        for (int count = 1 + random.Next(3); count > 0; count--)
            events.Add(new DiskLossFault(Moment(random, scope), Replica(random, scope), Duration(random, 2_000_000)));
    }

    private static void DrawDiskDamage(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.7)) return;
        DiskDamage[] kinds = Enum.GetValues<DiskDamage>();
        for (int count = 1 + random.Next(6); count > 0; count--)
        {
            (long moment, ReplicaId replica, long duration) = (
                Moment(random, scope), Replica(random, scope), Duration(random, 1_000_000));
            events.Add(random.Chance(0.3)
                ? new DiskFailureFault(moment, replica, duration)
                : new DiskDamageFault(moment, replica, duration, random.Pick(kinds)));
        }
    }

    private static void DrawMemoryDamage(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.9)) return;
        events.Add(new MemoryDamageFault(Moment(random, scope), Replica(random, scope), random.Next(64)));
    }

    private static void DrawPauses(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.6)) return;
        for (int count = 1 + random.Next(6); count > 0; count--)
            events.Add(new PauseFault(Moment(random, scope), Replica(random, scope), Duration(random, 4_000_000)));
    }

    private static void DrawPartitions(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.5)) return;
        int nodes = scope.Replicas + scope.Clients;
        for (int count = 1 + random.Next(random.Pick([2, 8])); count > 0; count--)
        {
            ulong group = random.Next(4) switch
            {
                0 => 1UL << random.Next(scope.Replicas),
                1 => 1UL << random.Next(nodes),
                _ => random.NextUInt64() & ((1UL << nodes) - 1),
            };
            PartitionDirection direction = random.Pick([
                PartitionDirection.Both, PartitionDirection.Both, PartitionDirection.IntoGroup,
                PartitionDirection.OutOfGroup,
            ]);
            events.Add(new PartitionFault(Moment(random, scope), Duration(random, 5_000_000), group, direction));
        }
    }

    private static void DrawLinkFaults(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.5)) return;
        for (int count = 1 + random.Next(random.Pick([5, 40])); count > 0; count--)
        {
            int one = random.Next(scope.Replicas + scope.Clients), other = random.Next(scope.Replicas);
            if (one != other) events.Add(new LinkFault(Moment(random, scope), one, other));
        }
    }

    private static void DrawClockFaults(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.8)) return;
        for (int count = 1 + random.Next(4); count > 0; count--)
            events.Add(
                new ClockFault(Moment(random, scope), Replica(random, scope), random.Between(-15_000_000, 15_000_000)));
    }

    /// <summary>
    /// Clocks step by minutes up to years: all at once, as where one source of time was wrong, or one alone.
    /// </summary>
    private static void DrawClockSteps(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.92)) return;
        for (int count = 1 + random.Next(3); count > 0; count--)
        {
            (long moment, long step) = (Moment(random, scope), 60_000_000);
            while (step < 1_000L * 86_400_000_000 && random.Chance(0.8)) step *= 3;
            long by = random.Chance(0.6) ? -step : step;
            ReplicaId one = Replica(random, scope);
            bool isOne = random.Chance(0.4);
            for (int i = 0; i < scope.Replicas; i++)
            {
                if (!isOne || i == one.Value) events.Add(new ClockFault(moment, new ReplicaId(i), by));
            }
        }
    }

    private static void DrawSlowDisks(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.8)) return;
        for (int count = 1 + random.Next(3); count > 0; count--)
            events.Add(new SlowDiskFault(
                Moment(random, scope), Replica(random, scope), Duration(random, 3_000_000),
                new DiskSpeed(50_000, 400_000)));
    }

    private static void DrawClientRestarts(SimulationRandom random, FaultScope scope, List<FaultEvent> events)
    {
        if (random.Chance(0.7) || scope.Clients == 0) return;
        for (int count = 1 + random.Next(4); count > 0; count--)
            events.Add(new ClientRestartFault(Moment(random, scope), random.Next(scope.Clients)));
    }

    private static ReplicaId Replica(SimulationRandom random, FaultScope scope) => new(random.Next(scope.Replicas));

    private static long Moment(SimulationRandom random, FaultScope scope) => random.Between(0, scope.DurationMicros);

    /// <summary>Short ones and long ones alike: the logarithm is uniform, from a millisecond up.</summary>
    private static long Duration(SimulationRandom random, long mostMicros)
    {
        long duration = 1_000;
        while (duration < mostMicros && random.Chance(0.75)) duration *= 2;
        return random.Between(duration / 2, Math.Min(duration, mostMicros));
    }
}
