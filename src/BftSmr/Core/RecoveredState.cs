using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Core;

/// <summary>
/// What a replica found on its own disk when it started. The service has already been given the checkpoint.
/// </summary>
/// <param name="Checkpoint">The newest checkpoint that is whole; <see cref="Manifest.Initial"/> if there is
/// none.</param>
/// <param name="Own">The replica's own records of it.</param>
/// <param name="Records">The log, oldest first, up to the first torn or corrupt record.</param>
internal sealed record RecoveredState(
    Manifest Checkpoint, IReadOnlyList<StateRecord> Own, IReadOnlyList<LogRecord> Records)
{
    /// <summary>
    /// Votes sent before the restart may be missing from <see cref="Records"/> (the disk was lost, or durability does
    /// not cover votes). Then the core is in non-voting recovery: it votes in no instance that it may have voted in.
    /// Stays true at every start until the core has persisted a <see cref="SilentUpTo"/> (with durability
    /// <see cref="Durability.Votes"/>; otherwise it is true at every start but the very first).
    /// </summary>
    public bool VotesForgotten { get; init; }

    public static RecoveredState None { get; } = new(Manifest.Initial, [], []);
}
