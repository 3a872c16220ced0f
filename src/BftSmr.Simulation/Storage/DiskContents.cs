using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>What a replica finds on its disk when it starts.</summary>
/// <param name="Checkpoint">The newest checkpoint that is whole; <see cref="Manifest.Initial"/> if there is
/// none.</param>
/// <param name="Records">The records of the log, oldest first.</param>
/// <param name="VotesMissing">Votes may have been sent that the log does not have.</param>
/// <param name="Damage">What is damaged in the log; null if nothing is.</param>
/// <param name="Unnoticed">Records that had been flushed are gone, an intact one behind them says so, and yet votes do
/// not count as missing.</param>
/// <param name="CheckpointLost">A newer checkpoint was damaged.</param>
internal sealed record DiskContents(
    Manifest Checkpoint, IReadOnlyList<LogRecord> Records, bool VotesMissing, LogDamage? Damage, bool Unnoticed,
    bool CheckpointLost)
{
    /// <summary>What the core is told, with its own records of the checkpoint.</summary>
    public RecoveredState WithOwn(IReadOnlyList<StateRecord> own) =>
        new(Checkpoint, own, Records) { VotesForgotten = VotesMissing };
}
