namespace BftSmr.Requests;

/// <summary>What can be held against a leader.</summary>
/// <param name="OldestMicros">Since when the oldest request that every replica can verify waits, monotonic
/// microseconds; null if none does.</param>
/// <param name="RelayedMicros">When the first of those that wait was relayed to the leader; null if none was.</param>
internal readonly record struct OverdueRequests(long? OldestMicros, long? RelayedMicros);
