namespace BftSmr.Ordering;

/// <summary>Where an ordering stands.</summary>
/// <param name="IsNonVoting">
/// This replica is in non-voting recovery: it restarted without its votes. It counts as one of the f faulty ones, until
/// it, and enough of the others, have executed as far as it may have voted.
/// </param>
/// <param name="LeaderChanges">Regencies installed since the start.</param>
internal readonly record struct OrderingStatus(bool IsNonVoting, long LeaderChanges);
