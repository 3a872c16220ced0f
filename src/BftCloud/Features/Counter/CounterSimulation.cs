using BftCloud.Simulation;
using BftSmr.Simulation;

namespace BftCloud.Features.Counter;

/// <summary>What simulated clients ask of the counter: additions of small numbers of either sign, and gets.</summary>
internal sealed class CounterSimulation : IWorkload
{
    private const double GetShare = 0.3;
    private const int NumberMax = 100;

    public WorkloadOperation Next(SimulationRandom random, int client, int index) => random.Chance(GetShare)
        ? new WorkloadOperation(default, IsQuery: true)
        : new WorkloadOperation(CounterClient.Addition(random.Between(-NumberMax, NumberMax)), IsQuery: false);
}
