using System.Globalization;
using BftCloud.Simulation;
using static BftSmr.Simulation.Tests.Scenarios.ScenarioList;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>Scenarios in which one node tries to keep all others from their work by what it may send.</summary>
internal static class FloorScenarios
{
    private static readonly NetworkConditions s_slow =
        new() { LatencyMinMicros = 100, LatencyMaxMicros = 5_000, SpikeShare = 0.01 };

    public static IReadOnlyList<Scenario> Floors { get; } =
    [
        new("squatting",
            "A client fills its share at the leader with what waits behind gaps, and has others hold requests against "
            + "it: the leader takes them.",
            static seed => ScenarioList.Options(seed, ScenarioList.Clients(ByzantineClientKind.Squatter)) with
            {
                Authentication = RequestAuthentication.Mac,
            })
            { Also = NoChangeOfLeader },
        new("mute", "A follower is mute: no operation waits for long.",
            static seed => Row("a follower is mute", seed))
            { Also = static report => WaitOf(report, 250) },
        new("far and mute", "A follower is mute, 100 ms away from all others: no operation waits for long.",
            static seed => Row("over 100 ms one way and 50 Mbit/s, a follower is mute", seed))
            { Also = static report => WaitOf(report, 3_000) },
        new("nagging",
            "A replica repeats what is right and of no use, and asks for state without end: that is little work.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, AdversaryKind.Nag, 3, Restarts(seed, 6))) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 60,
            }),
    ];

    /// <summary>A row of the floor table, on processors that take no time.</summary>
    private static SimulationOptions Row(string name, ulong seed)
    {
        FloorAttack attack = FloorAttacks.All.Single(a => a.Name == name);
        SimulationOptions calm = FloorCheck.Calm(seed) with { Processor = null };
        return attack.Apply(attack.Setting is { } setting ? setting(calm) : calm);
    }

    private static string? WaitOf(SimulationReport report, long mostMs) =>
        report.Load!.LongestWaitMicros <= mostMs * 1_000
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"an operation waited for {report.Load.LongestWaitMicros / 1_000} ms, at most {mostMs} expected");
}
