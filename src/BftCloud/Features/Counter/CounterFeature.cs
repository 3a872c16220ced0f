using BftCloud.Bench;

namespace BftCloud.Features.Counter;

/// <summary>A replicated number: the smallest service that has everything which a service can have.</summary>
internal static class CounterFeature
{
    public const string Name = "counter";

    public static ServiceFeature Value { get; } = new(Name, CounterStateMachine.Create)
    {
        Verbs = CounterCommand.Create,
        Benchmarks =
        [
            new BenchWorkload(
                Name, Name, "Additions, or with --reads gets, on a cluster made with --service counter.",
                static plan => new CounterBenchLoad(plan)),
        ],
        Simulation = static () => new CounterSimulation(),
    };
}
