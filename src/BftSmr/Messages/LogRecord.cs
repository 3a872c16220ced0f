using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Messages;

/// <summary>What a replica must not forget. Replayed in order at restart.</summary>
internal abstract record LogRecord;

/// <summary>STOP for this regency is about to be sent: others may install it.</summary>
internal sealed record RegencyWanted(Regency Regency) : LogRecord;

/// <summary>The regency was installed: no vote of an earlier one may follow.</summary>
internal sealed record RegencyInstalled(Regency Regency) : LogRecord;

/// <summary>The regency's SYNC was accepted.</summary>
internal sealed record RegencySynchronized(Sync Sync) : LogRecord;

/// <summary>
/// WRITE is about to be sent. The batch is in the first record that names its value; null afterwards.
/// </summary>
internal sealed record WriteVoted(Instance Instance, Vote Vote, Batch? Batch) : LogRecord;

/// <summary>A quorum of WRITEs was seen: ACCEPT is about to be sent.</summary>
internal sealed record QuorumWritten(Instance Instance, Vote Vote) : LogRecord;

/// <summary>
/// The value was decided. The batch is null when an earlier record holds it, or a later one of this kind will: it was
/// not here yet.
/// </summary>
internal sealed record ValueDecided(Instance Instance, Digest Value, Batch? Batch) : LogRecord;

/// <summary>The checkpoint became stable.</summary>
internal sealed record CheckpointStable(CheckpointCertificate Certificate, Manifest Manifest) : LogRecord;

/// <summary>
/// The replica restarted without its votes and learned two things: none of them can have been beyond this instance, and
/// it had left no regency but those below this one. Non-voting recovery covers these instances and regencies. Until
/// this record is in the log, every restart is again one with <c>RecoveredState.VotesForgotten</c>; from then on the
/// log tells all there is to know.
/// </summary>
internal sealed record SilentUpTo(Instance Instance, Regency Regency) : LogRecord;
