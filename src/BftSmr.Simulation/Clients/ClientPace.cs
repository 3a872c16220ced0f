namespace BftSmr.Simulation.Clients;

/// <summary>How much a simulated client asks, and how fast.</summary>
/// <param name="Operations">In all.</param>
/// <param name="OperationsBeforeHealing">At most so many in the first phase.</param>
/// <param name="OutstandingMax">At a time.</param>
/// <param name="ThinkMicros">Between two of them in the first phase, on average.</param>
/// <param name="UntilMicros">When no more are begun; null if their number alone decides, and those of the second phase
/// follow each other without a pause.</param>
internal sealed record ClientPace(
    int Operations, int OperationsBeforeHealing, int OutstandingMax, long ThinkMicros, long? UntilMicros = null);
