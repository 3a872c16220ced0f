using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>Workloads that take no class of their own.</summary>
public static class Workloads
{
    /// <summary>Every operation comes from this function, whose random stream is the client's own.</summary>
    public static IWorkload Of(Func<SimulationRandom, WorkloadOperation> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new FunctionWorkload(next);
    }

    private sealed class FunctionWorkload(Func<SimulationRandom, WorkloadOperation> next) : IWorkload
    {
        public WorkloadOperation Next(SimulationRandom random, int client, int index) => next(random);
    }
}
