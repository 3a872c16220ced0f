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
        new("nagging",
            "A replica repeats what is right and of no use, and asks for state without end: that is little work.",
            static seed => ScenarioList.Options(seed, Plan(s_slow, AdversaryKind.Nag, 3, Restarts(seed, 6))) with
            {
                CheckpointPeriod = 4, OperationsPerClient = 60,
            }),
    ];
}
