using BftCloud.Primitives;

namespace BftSmr.Simulation.Tests.Floors;

/// <summary>What correct clients keep under attacks; <c>bftcloud sim --floors</c> plays them all.</summary>
public class FloorTests
{
    /// <summary>Attacks whose floor holds, and that are quick to play.</summary>
    public static TheoryData<string> Quick =>
    [
        "the leader is mute",
        "the leader delays proposals to just under the timeout",
        "the leader keeps a correct replica out",
        "the leader changes fields of what it sends",
        "a follower calls for new leaders",
        "a follower forges replies and reply shares",
        "a replica repeats CHECKPOINT, 2,000 a second",
        "one client floods with bad signatures",
        "one client repeats a signed request",
        "one client reads 255 KiB again and again",
        "one client opens session after session",
        "20 identities make and break links",
        "all clocks step back by an hour",
    ];

    [Theory]
    [MemberData(nameof(Quick))]
    public void The_floor_holds(string name)
    {
        FloorRow row = Play(FloorAttacks.All.Single(a => a.Name == name));
        Assert.True(row.Holds, $"{row.Share:F2} {row.LongestWaitMicros} {row.Violation}");
    }

    [Fact]
    public void At_least_24_attacks_are_known_by_names_of_their_own()
    {
        Assert.True(FloorAttacks.All.Count >= 24);
        Assert.Equal(FloorAttacks.All.Count, FloorAttacks.All.Select(static a => a.Name).Distinct().Count());
    }

    [Fact]
    public void Processors_that_are_too_slow_for_the_load_are_caught()
    {
        FloorRow row = Play(new FloorAttack(
            "slow processors", static calm => calm with { Processor = ProcessorCosts.Measured.SlowerBy(1_000) }));
        Assert.False(row.Holds);
        Assert.True(row.Share < 0.5, $"{row.Share}");
    }

    [Fact]
    public void A_leader_that_is_slow_is_caught_by_what_clients_keep()
    {
        FloorRow row = Play(
            FloorAttacks.By("late", new Interference(new ReplicaId(0), InterferenceKind.Delay, "Propose", 400)));
        Assert.False(row.Holds);
        Assert.Null(row.Violation);
        Assert.InRange(row.Share, 0.01, 0.6);
    }

    [Fact]
    public void A_wait_that_is_too_long_is_below_the_floor_whatever_the_throughput_is()
    {
        FloorRow row = new(FloorAttacks.All[0], 1)
        {
            Share = 1, LongestWaitMicros = FloorRow.WaitMaxMicros, LeaderChanges = 0, Violation = null,
        };
        Assert.True(row.Holds);
        Assert.False((row with { LongestWaitMicros = FloorRow.WaitMaxMicros + 1 }).Holds);
        Assert.True((row with { Share = FloorAttack.Single }).Holds);
        Assert.False((row with { Share = FloorAttack.Single - 0.01 }).Holds);
    }

    [Fact]
    public void A_search_tries_the_same_attacks_with_the_same_outcome_whatever_the_cores()
    {
        string[] once = Search(1), again = Search(2);
        Assert.Equal(16, once.Length);
        Assert.Equal(once, again);
        Assert.Equal(16, once.Distinct().Count());
    }

    [Fact]
    public void A_found_attack_is_played_again_from_its_file()
    {
        FoundAttack worst = new AttackSearch { GenerationsMax = 1, Without = Short }.Run()[0];
        SimulationReport again = Cluster.Simulate(
            SavedSimulation.Read(SavedSimulation.Write(worst.Options)));
        Assert.Equal(worst.Row.LongestWaitMicros, again.Load!.LongestWaitMicros);
    }

    private static string[] Search(int cores) =>
    [
        .. new AttackSearch { Seed = 3, GenerationsMax = 2, Parallelism = cores, Without = Short }.Run()
            .Select(static a => $"{a.Attempt} {a.Rule}: {a.Row.Share} {a.Row.LongestWaitMicros}"),
    ];

    private static SimulationOptions Short(ulong seed)
    {
        SimulationOptions calm = FloorCheck.Calm(seed);
        return calm with
        {
            FaultyMicros = 700_000, HealedMicros = 2_000_000,
            Load = calm.Load! with { MeasuredFromMicros = 300_000 },
        };
    }

    private static FloorRow Play(FloorAttack attack) =>
        Assert.Single(new FloorCheck { Attacks = [attack], Parallelism = 1 }.Run(1, 1));
}
