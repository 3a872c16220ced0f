using BftCloud.Primitives;

namespace BftSmr.Simulation;

/// <summary>The attacks that the floor table lists.</summary>
public static class FloorAttacks
{
    private const long SecondMicros = 1_000_000;
    private const long HourMicros = 3_600 * SecondMicros;

    private static readonly ReplicaId s_leader = new(0);
    private static readonly ReplicaId s_next = new(1);
    private static readonly ReplicaId s_follower = new(3);
    private static readonly DiskSpeed s_slowDisk = new(20_000, 80_000);

    private static readonly FloorAttack[] s_replicas =
    [
        By("the leader is mute", AdversaryKind.Mute, s_leader),
        By("a follower is mute", AdversaryKind.Mute, s_follower),
        By("the leader delays proposals to just under the timeout", AdversaryKind.SlowLeader, s_leader),
        By("the leader delays proposals by 100 ms", Rule(s_leader, InterferenceKind.Delay, "Propose", 100)),
        By("the leader proposes to some, and different batches", AdversaryKind.EquivocatingLeader, s_leader),
        By("the leader keeps a correct replica out", AdversaryKind.Excluder, s_leader),
        By("the leader proposes old batches again", AdversaryKind.Replayer, s_leader),
        By("the leader proposes forged requests", AdversaryKind.RequestForger, s_leader),
        By("the leader sends to some replicas only", AdversaryKind.SelectiveSender, s_leader),
        By("the leader changes fields of what it sends", AdversaryKind.Mutator, s_leader),
        By("the leader has a twin", AdversaryKind.Twin, s_leader),
        By("the leader proposes times of long ago or of a far future", AdversaryKind.TimeForger, s_leader),
        By("a follower votes for made-up values", AdversaryKind.WrongDigests, s_follower),
        By("a follower agrees with every replica", AdversaryKind.Yeasayer, s_follower),
        By("a follower calls for new leaders", AdversaryKind.Mutineer, s_follower),
        By("the next leader calls for itself, and begins nothing", AdversaryKind.Deserter, s_next),
        By("a follower forges replies and reply shares", AdversaryKind.ForgedReplies, s_follower),
        By("a follower answers reads with an old state", AdversaryKind.StaleReader, s_follower),
        By("a follower tells one replica alone what it accepts", AdversaryKind.Whisperer, s_follower),
        By("a follower sends garbled frames", AdversaryKind.Garbler, s_follower),
    ];

    private static readonly FloorAttack[] s_changes =
    [
        By("lies in STOPDATA, while leaders crash", AdversaryKind.LyingStopData, s_follower) with
        {
            Setting = LeaderCrashes,
        },
        By("forged SYNC of the next leader, while leaders crash", AdversaryKind.SyncForger, s_next) with
        {
            Setting = LeaderCrashes,
        },
        By("lying source of chunks and decisions", AdversaryKind.LyingStateSender, s_follower) with
        {
            Setting = OneCatchesUp,
        },
        By("source of a made-up state", AdversaryKind.CheckpointForger, s_follower) with { Setting = OneCatchesUp },
        By("a replica repeats an old SYNC, 500 a second", Rule(s_follower, InterferenceKind.Flood, "Sync", 500)) with
        {
            Setting = LeaderCrashes,
        },
        By("a replica repeats STOPDATA, 500 a second", Rule(s_follower, InterferenceKind.Flood, "StopData", 500)) with
        {
            Setting = LeaderCrashes,
        },
    ];

    private static readonly FloorAttack[] s_floods =
    [
        By("a replica asks for chunks, 2,000 a second",
            Rule(s_follower, InterferenceKind.Flood, "FetchPiece", 2_000)) with
        {
            Setting = OftenCheckpoints,
        },
        By("a replica asks for decisions, 500 a second", Rule(s_follower, InterferenceKind.Flood, "FetchDecided", 500)),
        By("a replica forwards badly signed requests, 2,000 a second",
            Rule(s_follower, InterferenceKind.Flood, "Forward", 2_000)),
        By("a replica repeats CHECKPOINT, 2,000 a second",
            Rule(s_follower, InterferenceKind.Flood, "Checkpoint", 2_000)) with
        {
            Setting = OftenCheckpoints,
        },
        By("a replica repeats its last PROPOSE, 1,000 a second",
            Rule(s_leader, InterferenceKind.Flood, "Propose", 1_000)),
        By("a replica sends each vote 50 times", Rule(s_follower, InterferenceKind.Duplicate, "Write", 50),
            Rule(s_follower, InterferenceKind.Duplicate, "Accept", 50)),
        By("a replica asks for reply shares, 2,000 a second",
            Rule(s_follower, InterferenceKind.Flood, "RelayRead", 2_000)),
        By("a replica repeats all that is right, and asks for state without end", AdversaryKind.Nag, s_follower),
    ];

    private static readonly FloorAttack[] s_clients =
    [
        By("Big MAC: requests that some replicas cannot check", ByzantineClientKind.PartialMacs, 4),
        By("20 identities: MACs right for the leader alone", ByzantineClientKind.LeaderMacs, 20),
        By("one client leaves gaps", ByzantineClientKind.Gaps, 1),
        By("one client gives a number to two requests", ByzantineClientKind.Equivocator, 1),
        By("one client floods with bad MACs", ByzantineClientKind.Spammer, 1),
        By("one client floods with good requests", ByzantineClientKind.Flooder, 1),
        By("one client floods with bad signatures", ByzantineClientKind.BadSigner, 1),
        By("one client repeats a signed request", ByzantineClientKind.Resender, 1),
        By("one client reads 255 KiB again and again", ByzantineClientKind.HeavyReader, 1),
        By("one client fills pools with requests of unopened sessions", ByzantineClientKind.Stranger, 1),
        By("one client opens session after session", ByzantineClientKind.SessionHoarder, 1),
        By("one client fills its share at the leader behind gaps", ByzantineClientKind.Squatter, 1),
        By("one client sends garbage", ByzantineClientKind.Garbage, 1),
        By("20 identities make and break links", ByzantineClientKind.Churner, 20),
        By("20 identities have links that trickle", ByzantineClientKind.Trickler, 20),
        By("100 identities flood with good requests", ByzantineClientKind.Flooder, 100),
    ];

    private static readonly FloorAttack[] s_machines =
    [
        In("a slow disk at one follower", static plan => plan with
        {
            Events = [new SlowDiskFault(0, s_follower, 60 * SecondMicros, s_slowDisk)],
        }),
        In("a slow disk at the leader", static plan => plan with
        {
            Events = [new SlowDiskFault(0, s_leader, 60 * SecondMicros, s_slowDisk)],
        }),
        In("the leader stands still for 0.3 s, ten times", static plan => plan with
        {
            Events = [.. Enumerable.Range(0, 10)
                .Select(static i => new PauseFault(500_000 + i * 700_000, s_leader, 300_000))],
        }),
        In("a follower's links break all the time", static plan => plan with
        {
            Events = [.. Enumerable.Range(0, 120).Select(static i => new LinkFault(50_000 * i, i % 3, 3))],
        }),
        By("over 100 ms one way and 50 Mbit/s, a follower is mute", AdversaryKind.Mute, s_follower) with
        {
            Setting = FarApart,
        },
        By("over 100 ms one way and 50 Mbit/s, one client floods", ByzantineClientKind.Flooder, 1) with
        {
            Setting = FarApart,
        },
    ];

    private static readonly FloorAttack[] s_clocks =
    [
        Clocks("all clocks step back by an hour", -HourMicros, 0, 1, 2, 3),
        Clocks("all clocks step ahead by an hour", HourMicros, 0, 1, 2, 3),
        Clocks("the leader's clock steps back by an hour", -HourMicros, 0),
        Clocks("the leader's clock steps ahead by an hour", HourMicros, 0),
        Clocks("a follower's clock steps back by an hour", -HourMicros, 3),
    ];

    private static readonly FloorAttack[] s_combined =
    [
        By("all of one replica together", AllOfOneReplica()) with { Floor = FloorAttack.Combined },
        In("all of 100 identities together", static plan => plan with { ByzantineClients = AllOfClients() }) with
        {
            Floor = FloorAttack.Combined,
        },
        In("all of one replica and of 100 identities together", static plan => plan with
        {
            Interferences = AllOfOneReplica(), ByzantineClients = AllOfClients(),
        }) with
        {
            Floor = FloorAttack.Combined,
        },
    ];

    /// <summary>Every attack, in the order of the table.</summary>
    public static IReadOnlyList<FloorAttack> All { get; } =
        [.. s_replicas, .. s_changes, .. s_floods, .. s_clients, .. s_machines, .. s_clocks, .. s_combined];

    /// <summary>Attacks by rules for messages of one type.</summary>
    internal static FloorAttack By(string name, params Interference[] interferences) =>
        In(name, plan => plan with { Interferences = interferences });

    internal static FloorAttack By(string name, AdversaryKind kind, ReplicaId replica) =>
        In(name, plan => plan with { Adversaries = [new AdversaryFault(replica, kind)] });

    internal static FloorAttack By(string name, ByzantineClientKind kind, int count) =>
        In(name, plan => plan with { ByzantineClients = [.. Enumerable.Repeat(kind, count)] });

    internal static Interference Rule(ReplicaId? replica, InterferenceKind kind, string message, int amount) =>
        new(replica, kind, message, amount);

    private static FloorAttack Clocks(string name, long byMicros, params int[] replicas) => In(name, plan => plan with
    {
        Events = [.. replicas.Select(r => new ClockFault(SecondMicros, new ReplicaId(r), byMicros))],
    });

    private static FloorAttack In(string name, Func<FaultPlan, FaultPlan> attack) => new(
        name, calm =>
        {
            FaultPlan plan = attack(calm.Faults!);
            return calm with { Faults = plan with { Events = [.. calm.Faults!.Events, .. plan.Events] } };
        });

    /// <summary>The first leader is down for a while, twice: the leader changes, and changes again.</summary>
    private static SimulationOptions LeaderCrashes(SimulationOptions calm) => calm with
    {
        Faults = calm.Faults! with
        {
            Events = [new CrashFault(300_000, s_leader, 1_000_000, MachineToo: false)],
        },
    };

    /// <summary>A correct replica is down for so long that it has to fetch a state.</summary>
    private static SimulationOptions OneCatchesUp(SimulationOptions calm) => calm with
    {
        CheckpointPeriod = 64,
        Faults = calm.Faults! with
        {
            Events = [new CrashFault(500_000, new ReplicaId(2), 3_000_000, MachineToo: false)],
        },
    };

    private static SimulationOptions OftenCheckpoints(SimulationOptions calm) => calm with { CheckpointPeriod = 64 };

    private static SimulationOptions FarApart(SimulationOptions calm) => calm with
    {
        OutstandingMax = 32,
        Faults = calm.Faults! with
        {
            Network = new NetworkConditions
            {
                LatencyMinMicros = 100_000, LatencyMaxMicros = 102_000, IsLasting = true,
                Bandwidth = new LinkBandwidth(6_250_000, 16 << 20),
            },
        },
    };

    private static Interference[] AllOfOneReplica() =>
    [
        Rule(s_leader, InterferenceKind.Delay, "Propose", 50),
        Rule(s_leader, InterferenceKind.Duplicate, "Write", 20),
        Rule(s_leader, InterferenceKind.Drop, "Reply", 100),
        Rule(s_leader, InterferenceKind.Lie, "ReadReply", 100),
        Rule(s_leader, InterferenceKind.Flood, "FetchPiece", 1_000),
        Rule(s_leader, InterferenceKind.Flood, "FetchDecided", 200),
        Rule(s_leader, InterferenceKind.Flood, "Forward", 500),
        Rule(s_leader, InterferenceKind.Flood, "Stop", 100),
    ];

    private static ByzantineClientKind[] AllOfClients()
    {
        ByzantineClientKind[] kinds = [.. Enum.GetValues<ByzantineClientKind>()
            .Where(static k => k != ByzantineClientKind.Interferer)];
        return [.. Enumerable.Range(0, 100).Select(i => kinds[i % kinds.Length])];
    }
}
