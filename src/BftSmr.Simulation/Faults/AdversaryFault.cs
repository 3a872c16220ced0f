using BftCloud.Primitives;

namespace BftSmr.Simulation;

/// <summary>A replica is Byzantine from beginning to end.</summary>
/// <param name="Replica">Which one.</param>
/// <param name="Kind">In what way.</param>
public sealed record AdversaryFault(ReplicaId Replica, AdversaryKind Kind);

/// <summary>A replica's clocks are wrong from the beginning.</summary>
/// <param name="DriftPpm">How much faster than time they run, parts per million; negative is slower.</param>
/// <param name="SkewMicros">How far the wall clock is ahead; negative is behind.</param>
public readonly record struct ClockError(long DriftPpm, long SkewMicros);
