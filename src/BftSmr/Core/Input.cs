using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Core;

/// <summary>
/// What can happen to a replica core. Everything in it has been decoded and authenticated by the ingress, and is not
/// trusted beyond that.
/// </summary>
internal abstract record Input;

/// <summary>
/// A peer's message over its authenticated link. Signatures inside have been verified, unless the core uses nothing of
/// it (<see cref="IReplicaCore.Uses"/>).
/// </summary>
internal sealed record PeerInput(ReplicaId From, PeerMessage Message) : Input;

/// <summary>A request from its client's own link; its signature, if any, has been verified.</summary>
internal sealed record RequestInput(Request Request) : Input;

/// <summary>An unordered read from a client's own link.</summary>
internal sealed record ReadInput(ClientId Client, Read Read) : Input;

/// <summary>A relayed read was answered: the replica that the client asked is <paramref name="Relay"/>.</summary>
internal sealed record ReadAnsweredInput(ClientId Client, Read Read, ReplicaId Relay, ReadReply Reply) : Input;

/// <summary>Time has reached the core's next deadline, or simply passed; or nothing more came together.</summary>
internal sealed record TickInput : Input
{
    public static TickInput Instance { get; } = new();
}

/// <summary>The link to a peer came up or went down.</summary>
internal sealed record LinkInput(ReplicaId Peer, bool IsUp) : Input;

/// <summary>The batch of the oldest <see cref="ExecuteEffect"/> was executed.</summary>
internal sealed record ExecutedInput(Instance Instance, IReadOnlyList<Outcome> Outcomes) : Input;

/// <summary>How one command ended, in the order of <see cref="ExecuteEffect.Commands"/>.</summary>
internal readonly record struct Outcome(ReplyStatus Status, ReadOnlyMemory<byte> Result);

/// <summary>The checkpoint asked for by <see cref="TakeCheckpointEffect"/> is on disk.</summary>
internal sealed record CheckpointTakenInput(Manifest Manifest) : Input;

/// <summary>The disk did not keep what was archived: none of it can be told any more.</summary>
internal sealed record ArchiveLostInput : Input;

/// <summary>
/// The checkpoint was loaded into the service; <paramref name="Own"/> are the replica's own records of it.
/// </summary>
internal sealed record StateInstalledInput(Instance Instance, IReadOnlyList<StateRecord> Own) : Input;

/// <summary>
/// A fetched checkpoint turned out to be unusable although its pieces verified: the local disk failed. The service has
/// the state that it had. It is fetched again.
/// </summary>
internal sealed record StateInstallFailedInput(Instance Instance) : Input;

/// <summary>
/// The service has other records than this checkpoint, which was taken of them: its memory is damaged.
/// </summary>
internal sealed record StateDamagedInput(Manifest Manifest) : Input;

/// <summary>
/// A run of a checkpoint that is kept here is damaged: what is missing of it has to come from the others. Writing the
/// next checkpoint may wait for that.
/// </summary>
internal sealed record RunDamagedInput(MissingRun Missing) : Input;

/// <summary>
/// Some of the log that was on disk is damaged there; this replica remembers all that counts of it. Answered by
/// <see cref="RewriteLogEffect"/>, once no state is being loaded.
/// </summary>
internal sealed record LogDamagedInput : Input;

/// <summary>
/// What is missing of the checkpoint announced by <see cref="BeginFetchEffect"/>: all other runs are on disk, from
/// other checkpoints or an earlier fetch. May come late, when another one is being fetched.
/// </summary>
internal sealed record FetchPlannedInput(Manifest Manifest, IReadOnlyList<MissingRun> Missing) : Input;
