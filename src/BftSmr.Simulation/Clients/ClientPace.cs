namespace BftSmr.Simulation.Clients;

/// <summary>How much a simulated client asks, and how fast.</summary>
/// <param name="Operations">In all.</param>
/// <param name="OperationsBeforeHealing">At most so many in the first phase.</param>
/// <param name="OutstandingMax">At a time.</param>
/// <param name="ThinkMicros">Between two of them in the first phase, on average.</param>
internal sealed record ClientPace(int Operations, int OperationsBeforeHealing, int OutstandingMax, long ThinkMicros);
