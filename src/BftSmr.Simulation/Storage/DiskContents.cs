using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>What a replica finds on its disk when it starts.</summary>
/// <param name="Checkpoint">The instance of the newest snapshot that is whole; 0 if there is none.</param>
/// <param name="Root">The root of its chunks.</param>
/// <param name="Snapshot">Its bytes.</param>
/// <param name="Records">The records of the log, oldest first.</param>
/// <param name="VotesMissing">Votes may have been sent that the log does not have.</param>
/// <param name="Damage">What is damaged in the log; null if nothing is.</param>
/// <param name="Unnoticed">Records that had been flushed are gone, an intact one behind them says so, and yet votes do
/// not count as missing.</param>
/// <param name="SnapshotLost">A newer snapshot was damaged.</param>
internal sealed record DiskContents(
    Instance Checkpoint, Digest Root, ReadOnlyMemory<byte> Snapshot, IReadOnlyList<LogRecord> Records,
    bool VotesMissing, LogDamage? Damage, bool Unnoticed, bool SnapshotLost)
{
    /// <summary>Gives the service the state of the snapshot, and the core the rest.</summary>
    public RecoveredState RecoverInto(ServiceHost service)
    {
        ReadOnlyMemory<byte> sessions = default;
        if (Checkpoint > Instance.Zero)
        {
            using SnapshotInstallation installation = service.BeginInstall();
            installation.Write(Snapshot.Span);
            if (!installation.TryCommit(out sessions))
                throw new InvalidDataException($"The snapshot of {Checkpoint} is none.");
        }
        return new RecoveredState(Checkpoint, Root, sessions, Snapshot.Length, Records)
        {
            VotesForgotten = VotesMissing,
        };
    }
}
