namespace BftSmr.Simulation.Faults;

/// <summary>What a drawn fault plan has to fit.</summary>
internal sealed record FaultScope(
    int Replicas, int Faulty, int Clients, Durability Durability, long DurationMicros, FaultKinds Kinds);
