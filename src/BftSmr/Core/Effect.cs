using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Core;

/// <summary>
/// What a core asks of its host, to be carried out in order. The contract: nothing that follows a
/// <see cref="PersistEffect"/> whose flush is required leaves the process before that record, and all before it, are on
/// disk. One flush may cover many records.
/// </summary>
internal abstract record Effect;

/// <summary>Sends to peers.</summary>
internal abstract record PeerEffect(PeerMessage Message) : Effect
{
    /// <summary>
    /// The message was sent before, and may have been lost. It is left out where what was sent to the peer before still
    /// waits to leave.
    /// </summary>
    public bool IsRepeat { get; init; }
}

/// <summary>Sends to one peer, or loses the message if its link is down or its queue full.</summary>
internal sealed record SendEffect(ReplicaId To, PeerMessage Message) : PeerEffect(Message);

/// <summary>Sends to all other replicas.</summary>
internal sealed record BroadcastEffect(PeerMessage Message) : PeerEffect(Message);

/// <summary>Sends a reply to the link on which the client attached the session, if there is one.</summary>
internal sealed record ReplyEffect(ClientId Client, Reply Reply) : Effect;

/// <summary>Appends to the log. Without <paramref name="Flush"/> the record may wait for a later flush.</summary>
internal sealed record PersistEffect(LogRecord Record, bool Flush) : Effect;

/// <summary>Executes requests on the service, in order; answered by <see cref="ExecutedInput"/>.</summary>
internal sealed record ExecuteEffect(
    Instance Instance, long AgreedTimeMicros, ulong Seed, IReadOnlyList<Request> Commands) : Effect;

/// <summary>Answers a read on the state as executed so far, and sends the answer to its client.</summary>
internal sealed record AnswerReadEffect(ClientId Client, Read Read, Regency Regency, long AgreedTimeMicros) : Effect
{
    /// <summary>
    /// If not null, the answer is for the core: <see cref="ReadAnsweredInput"/> says which node it is for.
    /// </summary>
    public ReplicaId? Relay { get; init; }
}

/// <summary>Sends a read's answer to the link on which the client attached the session, if there is one.</summary>
internal sealed record ReadReplyEffect(ClientId Client, ReadReply Reply) : Effect;

/// <summary>
/// Freezes the service's state now, and writes what was touched since the last checkpoint, <paramref name="Own"/> of it
/// the replica's, as the newest run of the checkpoint of this instance, in the background; answered by
/// <see cref="CheckpointTakenInput"/>. The log starts a new segment that begins with <paramref name="LiveRecords"/>.
/// </summary>
internal sealed record TakeCheckpointEffect(
    Instance Instance, ChangedRecords Own, IReadOnlyList<LogRecord> LiveRecords) : Effect;

/// <summary>
/// As <see cref="TakeCheckpointEffect"/>, of a checkpoint that is of use only to those after it, which build on its
/// runs: it need not survive a restart. Not answered.
/// </summary>
internal sealed record PassCheckpointEffect(Instance Instance, ChangedRecords Own) : Effect;

/// <summary>
/// The checkpoint is stable: log segments and checkpoints older than it may go, but for the checkpoints of
/// <paramref name="Pinned"/>, which peers are fetching.
/// </summary>
internal sealed record TruncateEffect(Instance Stable, IReadOnlyList<Instance> Pinned) : Effect;

/// <summary>A decided batch, as it is archived: its value, and its bytes.</summary>
internal readonly record struct ArchivedBatch(Digest Value, ReadOnlyMemory<byte> Encoded);

/// <summary>
/// Puts executed batches, from an instance on, where <see cref="SendArchivedEffect"/> finds them. They need not survive
/// a restart.
/// </summary>
internal sealed record ArchiveEffect(Instance First, IReadOnlyList<ArchivedBatch> Batches) : Effect;

/// <summary>Archived batches up to this instance may go.</summary>
internal sealed record ForgetArchiveEffect(Instance UpTo) : Effect;

/// <summary>
/// Answers a peer from the archive by <see cref="Decided"/>: as many of the values that it asks for as one archived
/// part has, with the bodies if it wants them. If they are not there, <see cref="ArchiveLostInput"/> follows.
/// </summary>
internal sealed record SendArchivedEffect(ReplicaId To, FetchDecided Asked) : Effect;

/// <summary>
/// Sends one chunk of a local run, with its Merkle path, to a peer; nothing if there is no such run or chunk.
/// </summary>
internal sealed record SendPieceEffect(ReplicaId To, Digest Run, int Index) : Effect;

/// <summary>
/// A checkpoint is about to be fetched: the pieces that follow are of its runs. Answered by
/// <see cref="FetchPlannedInput"/>.
/// </summary>
internal sealed record BeginFetchEffect(CheckpointCertificate Certificate, Manifest Manifest) : Effect;

/// <summary>Stores a verified piece of a run of the checkpoint being fetched.</summary>
internal sealed record StorePieceEffect(RunDescription Run, int Index, ReadOnlyMemory<byte> Bytes) : Effect;

/// <summary>All that was missing of a damaged run is stored: it is made whole again.</summary>
internal sealed record MendRunEffect(RunDescription Run) : Effect;

/// <summary>
/// All runs are here: loads the checkpoint into the service; answered by <see cref="StateInstalledInput"/> or, with the
/// state as it was, by <see cref="StateInstallFailedInput"/>. The log starts anew with <paramref name="LiveRecords"/>.
/// </summary>
internal sealed record InstallStateEffect(
    CheckpointCertificate Certificate, Manifest Manifest, IReadOnlyList<LogRecord> LiveRecords) : Effect;

/// <summary>
/// The state is not that of the checkpoint <paramref name="Wrong"/> which was taken of it, or not that of the others:
/// the checkpoints above <paramref name="Kept"/> go, once those under way are written. Another state follows.
/// </summary>
internal sealed record DropStateEffect(Instance Wrong, Instance Kept) : Effect;

/// <summary>
/// Some of the log is damaged on disk: it starts anew with <paramref name="LiveRecords"/>, all that counts besides the
/// stable checkpoint. What is before goes when these are on disk.
/// </summary>
internal sealed record RewriteLogEffect(Instance Stable, IReadOnlyList<LogRecord> LiveRecords) : Effect;

/// <summary>Counts something received that was dropped.</summary>
internal sealed record RejectEffect(string Source, RejectReason Reason) : Effect;
