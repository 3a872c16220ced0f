using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Adversaries;

/// <summary>
/// Each way of being Byzantine, as the first leader and as a follower, on a network that is merely slow: safe, and live
/// all along.
/// </summary>
public class AdversaryTests
{
    private static readonly NetworkConditions s_network =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 5_000, SpikeShare = 0.01 };

    /// <summary>All but the one that does nothing without a rule.</summary>
    public static TheoryData<AdversaryKind> Kinds =>
        [.. Enum.GetValues<AdversaryKind>().Where(static k => k != AdversaryKind.Interferer)];

    public static TheoryData<ByzantineClientKind> ClientKinds => [.. Enum.GetValues<ByzantineClientKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_Byzantine_replica_of_four_breaks_nothing(AdversaryKind kind)
    {
        for (ulong seed = 1; seed <= 12; seed++)
        {
            SimulationReport report = Simulate(seed, 1, new AdversaryFault(new ReplicaId((int)(seed % 3)), kind));
            Assert.True(report.Passed, report.ToString());
            Assert.Equal(report.Operations, report.Acknowledged);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_not_idle(AdversaryKind kind)
    {
        // With a leader that leaves replicas out, so that there are changes of regency, and with a correct replica that
        // comes late and needs the others' state.
        IEnumerable<SimulationReport> reports = Enumerable.Range(1, 6).Select(seed => Simulate((ulong)seed, 2,
            [
                new AdversaryFault(new ReplicaId(0), AdversaryKind.SelectiveSender),
                new AdversaryFault(new ReplicaId(1), kind),
            ],
            new CrashFault(200_000, new ReplicaId(6), 2_500_000, MachineToo: false)));
        Assert.Contains(
            reports, report => report.Faults.Keys.Any(k => k.StartsWith($"{kind}:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(AdversaryKind.Mute, AdversaryKind.Mute)]
    [InlineData(AdversaryKind.EquivocatingLeader, AdversaryKind.EquivocatingLeader)]
    [InlineData(AdversaryKind.EquivocatingLeader, AdversaryKind.LyingStopData)]
    [InlineData(AdversaryKind.LyingStopData, AdversaryKind.LyingStopData)]
    [InlineData(AdversaryKind.Mutineer, AdversaryKind.SelectiveSender)]
    [InlineData(AdversaryKind.LyingStateSender, AdversaryKind.ForgedReplies)]
    public void Two_in_league_of_seven_break_nothing(AdversaryKind one, AdversaryKind other)
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            SimulationReport report = Simulate(
                seed, 2, new AdversaryFault(new ReplicaId(0), one), new AdversaryFault(new ReplicaId(1), other));
            Assert.True(report.Passed, report.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(ClientKinds))]
    public void A_Byzantine_client_harms_only_itself(ByzantineClientKind kind)
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            SimulationReport report = Cluster.Simulate(
                new SimulationOptions { Seed = seed, Faults = new FaultPlan { ByzantineClients = [kind, kind] } });
            Assert.True(report.Passed, report.ToString());
            Assert.Equal(report.Operations, report.Acknowledged);
            // A client whose requests most replicas cannot authenticate costs one change of leader, then it has to
            // sign; there are two of them.
            // Requests of unopened sessions fill small pools, which costs more: see docs/spec/floors.md.
            int leadersMax = kind switch
            {
                ByzantineClientKind.PartialMacs or ByzantineClientKind.Spammer or ByzantineClientKind.Garbage
                    or ByzantineClientKind.LeaderMacs => 2,
                ByzantineClientKind.Stranger => 20,
                _ => 0,
            };
            Assert.InRange(report.Regency, 0, leadersMax);
        }
    }

    [Fact]
    public void A_client_whose_MACs_only_some_can_check_costs_few_changes_of_leader()
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            SimulationReport report = Cluster.Simulate(new SimulationOptions
            {
                Seed =
                    seed, FaultyMicros = 20_000_000,
                    Faults = new FaultPlan
                    {
                        ByzantineClients = [ByzantineClientKind.PartialMacs, ByzantineClientKind.PartialMacs],
                    },
            });
            Assert.True(report.Passed, report.ToString());
            Assert.InRange(report.Regency, 0, 6);
        }
    }

    [Fact]
    public void Two_of_four_in_league_are_seen_to_break_safety()
    {
        List<string> broken = [];
        for (ulong seed = 1; seed <= 100 && broken.Count == 0; seed++)
        {
            SimulationReport report = Simulate(seed, 1,
                new AdversaryFault(new ReplicaId(0), AdversaryKind.EquivocatingLeader),
                new AdversaryFault(new ReplicaId(1), AdversaryKind.Yeasayer));
            if (report.Violation is { Promise: "agreement" or "invariant" } violation) broken.Add(violation.Promise);
        }
        Assert.NotEmpty(broken);
    }

    private static SimulationReport Simulate(ulong seed, int f, params AdversaryFault[] adversaries) =>
        Simulate(seed, f, adversaries, []);

    private static SimulationReport Simulate(
        ulong seed, int f, AdversaryFault[] adversaries,
        params FaultEvent[] events) => Cluster.Simulate(new SimulationOptions
    {
        Seed = seed, F = f, Durability = Durability.Votes,
        Authentication = (RequestAuthentication)(seed % 2), FaultyMicros = 3_000_000,
        Faults = new FaultPlan { Network = s_network, Adversaries = adversaries, Events = events },
    });
}
