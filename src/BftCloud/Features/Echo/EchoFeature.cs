using BftCloud.Bench;
using BftSmr.Simulation;

namespace BftCloud.Features.Echo;

/// <summary>A service that does nothing: what ordering costs by itself.</summary>
internal static class EchoFeature
{
    private const string Name = "echo";
    private const int SimulatedBytesMax = 64;

    public static ServiceFeature Value { get; } = new(Name, EchoStateMachine.Create)
    {
        Benchmarks =
        [
            new BenchWorkload(
                Name, Name,
                "Operations that do nothing, on a cluster made with --service echo: the cost of ordering alone.",
                static plan => new EchoBenchLoad(plan)),
        ],
        Simulation = static () => Workloads.Of(static random => new WorkloadOperation(
            EchoStateMachine.Operation(random.Next(SimulatedBytesMax), random.Next(SimulatedBytesMax)),
            IsQuery: random.Chance(0.3))),
    };
}
