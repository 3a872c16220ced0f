using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Core;

/// <summary>
/// What a replica found on its own disk when it started. The service has already been given the snapshot.
/// </summary>
/// <param name="Checkpoint">The newest complete snapshot's instance, 0 if there is none.</param>
/// <param name="Root">The root of its chunks.</param>
/// <param name="Sessions">The replica's own section of that snapshot; empty if there is none.</param>
/// <param name="SnapshotBytes">The snapshot's size.</param>
/// <param name="Records">The log, oldest first, up to the first torn or corrupt record.</param>
internal sealed record RecoveredState(
    Instance Checkpoint, Digest Root, ReadOnlyMemory<byte> Sessions, long SnapshotBytes,
    IReadOnlyList<LogRecord> Records)
{
    /// <summary>
    /// Votes sent before the restart may be missing from <see cref="Records"/> (the disk was lost, or durability does
    /// not cover votes). Then the core is in non-voting recovery: it votes in no instance that it may have voted in.
    /// Stays true at every start until the core has persisted a <see cref="SilentUpTo"/> (with durability
    /// <see cref="Durability.Votes"/>; otherwise it is true at every start but the very first).
    /// </summary>
    public bool VotesForgotten { get; init; }

    public static RecoveredState None { get; } = new(Instance.Zero, default, default, 0, []);
}
