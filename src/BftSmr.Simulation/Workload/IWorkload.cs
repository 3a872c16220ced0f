using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>What simulated clients ask of the service.</summary>
public interface IWorkload
{
    /// <summary>The next operation of a client; the random stream is the client's own.</summary>
    /// <param name="random">The only randomness to use.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="index">How many operations it has issued before.</param>
    WorkloadOperation Next(SimulationRandom random, int client, int index);
}

/// <summary>One operation of a simulated client.</summary>
/// <param name="Bytes">What the service is given.</param>
/// <param name="IsQuery">An unordered read, for <see cref="IStateMachine.Query"/>; otherwise a command.</param>
public readonly record struct WorkloadOperation(ReadOnlyMemory<byte> Bytes, bool IsQuery);
