namespace BftSmr;

/// <summary>When a replica's promises are on disk.</summary>
public enum Durability
{
    /// <summary>
    /// Votes and batches are on disk before the vote leaves: even the loss of power at all replicas loses nothing
    /// acknowledged.
    /// </summary>
    Votes,

    /// <summary>
    /// Decided batches are on disk before their replies leave. A crashed replica's votes are forgotten: it counts as
    /// faulty until it caught up.
    /// </summary>
    Decisions,

    /// <summary>
    /// Nothing is flushed: what was acknowledged survives as long as no more than f replicas crash at a time.
    /// </summary>
    None,
}
