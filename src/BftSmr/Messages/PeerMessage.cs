using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Messages;

/// <summary>What replicas send each other over authenticated links.</summary>
internal abstract record PeerMessage;

/// <summary>The leader's value for an instance.</summary>
internal sealed record Propose(Regency Regency, Instance Instance, Batch Batch) : PeerMessage;

/// <summary>The sender accepts the leader's value: it holds its requests for authentic.</summary>
internal sealed record Write(Regency Regency, Instance Instance, Digest Value) : PeerMessage;

/// <summary>
/// A quorum sent WRITE for the value in this regency: the sender saw that, or f+1 ACCEPTs, which say so.
/// </summary>
internal sealed record Accept(Regency Regency, Instance Instance, Digest Value) : PeerMessage;

/// <summary>
/// The sender cannot authenticate requests of these clients in the leader's value or, if it names none, finds its
/// timestamp out of bounds.
/// </summary>
internal sealed record Refuse(
    Regency Regency, Instance Instance, Digest Value, IReadOnlyList<ClientId> Clients) : PeerMessage;

/// <summary>
/// What the sender would tell clients of an instance whose full replier is the receiver: a MAC over each reply, under
/// the key shared with the client, one after the other in the order of the commands.
/// </summary>
internal sealed record Vouch(Instance Instance, ReadOnlyMemory<byte> Macs) : PeerMessage;

/// <summary>
/// A client's unordered read: the receiver is asked for its reply share of it, under the client's MAC for it.
/// </summary>
internal sealed record RelayRead(
    ClientId Client, ulong Nonce, ulong ReadId, ReadOnlyMemory<byte> Operation, ReadOnlyMemory<byte> Mac) : PeerMessage;

/// <summary>Answers <see cref="RelayRead"/>.</summary>
internal sealed record VouchRead(ClientId Client, ulong Nonce, ulong ReadId, ReadVoucher Voucher) : PeerMessage;

/// <summary>A client's request on its way to the leader.</summary>
internal sealed record Forward(Request Request) : PeerMessage;

/// <summary>The sender wants regency <paramref name="Next"/> or a later one.</summary>
internal sealed record Stop(Regency Next) : PeerMessage;

/// <summary>
/// What one replica knows of one instance above its stable checkpoint (Cachin et al., Byzantine epoch change).
/// </summary>
/// <param name="Instance">The instance.</param>
/// <param name="Written">The latest value it saw a quorum of WRITEs for, with the regency; null if none.</param>
/// <param name="WriteSet">Each value it sent WRITE for, with the highest regency it did so in. Sorted by value.</param>
internal sealed record InstanceEvidence(Instance Instance, Vote? Written, IReadOnlyList<Vote> WriteSet);

/// <summary>A value in a regency.</summary>
internal readonly record struct Vote(Regency Regency, Digest Value);

/// <summary>A replica's signed account of its window for the new regency.</summary>
internal sealed record StopData(
    Regency Regency, ReplicaId Sender, Instance LastExecuted, CheckpointCertificate Stable,
    IReadOnlyList<InstanceEvidence> Evidence) : PeerMessage
{
    /// <summary>The sender forgot what it voted for up to here: it says nothing about those instances.</summary>
    public Instance SilentUntil { get; init; }

    /// <summary>Ed25519 by the sender over the canonical encoding of everything else.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>
/// The new leader's proof of where the window stands: at least n-f STOPDATA of distinct senders, sorted by sender.
/// </summary>
internal sealed record Sync(Regency Regency, IReadOnlyList<StopData> Collected) : PeerMessage;

/// <summary>The sender's state after executing <paramref name="Instance"/> has this root.</summary>
internal sealed record Checkpoint(Instance Instance, Digest Root, ReplicaId Sender) : PeerMessage
{
    /// <summary>Ed25519 by the sender over the canonical encoding of everything else.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>
/// CHECKPOINTs of distinct senders for one instance and root, sorted by sender. Instance 0 is the initial state and
/// needs no signatures.
/// </summary>
internal sealed record CheckpointCertificate(
    Instance Instance, Digest Root, IReadOnlyList<CheckpointSignature> Signatures)
{
    public static CheckpointCertificate Initial { get; } = new(Instance.Zero, default, []);
}

internal readonly record struct CheckpointSignature(ReplicaId Sender, ReadOnlyMemory<byte> Signature);

/// <summary>Where the sender stands; sent periodically.</summary>
/// <param name="Regency">Its installed regency.</param>
/// <param name="Synchronized">Whether that regency's SYNC has been accepted.</param>
/// <param name="LastExecuted">The last instance executed.</param>
/// <param name="Stable">Its stable checkpoint.</param>
internal sealed record Status(Regency Regency, bool Synchronized, Instance LastExecuted, Instance Stable) : PeerMessage
{
    /// <summary>
    /// The highest instance it sent ACCEPT for; non-voting recovery of a replica that forgot its votes reaches up to
    /// there.
    /// </summary>
    public Instance LastAccepted { get; init; }

    /// <summary>
    /// The highest regency that it wanted or installed, ever; a replica that forgot its votes sends none in those
    /// below.
    /// </summary>
    public Regency Wanted { get; init; }

    /// <summary>
    /// The sender restarted without its votes and does not know yet from which instance on it may vote.
    /// </summary>
    public bool VotesForgotten { get; init; }

    /// <summary>
    /// The sender votes in no regency below this one, which it may have left before it forgot its votes; zero if it
    /// votes in the present one.
    /// </summary>
    public Regency SilentBelow { get; init; }

    /// <summary>The sender is far behind, or fetches a checkpoint: it is not to lead.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Differs between the sender's runs, and is not 0: what its clock said when it started.</summary>
    public ulong Run { get; init; }

    /// <summary>
    /// For each replica, the run that the sender heard of last; 0 if of none, or if it took votes of an earlier run and
    /// so may remember what that replica forgot.
    /// </summary>
    public IReadOnlyList<ulong> Runs { get; init; } = [];
}

/// <summary>Asks for the SYNC of an installed regency.</summary>
internal sealed record FetchSync(Regency Regency) : PeerMessage;

/// <summary>Asks for a batch that was bound by a SYNC, or decided, and that the sender never received.</summary>
internal sealed record FetchBatch(Instance Instance, Digest Value) : PeerMessage;

/// <summary>Answers <see cref="FetchBatch"/>; the receiver checks the digest.</summary>
internal sealed record BatchBody(Instance Instance, Batch Batch) : PeerMessage;

/// <summary>Asks which values were decided from an instance on; bodies only from one replica at a time.</summary>
internal sealed record FetchDecided(Instance From, int Count, bool WithBodies) : PeerMessage;

/// <summary>The sender executed these values at consecutive instances. Believed when f+1 say the same.</summary>
internal sealed record Decided(Instance From, IReadOnlyList<Digest> Values, IReadOnlyList<Batch> Bodies) : PeerMessage;

/// <summary>Asks for the latest stable checkpoint.</summary>
internal sealed record FetchCheckpoint(Instance Above) : PeerMessage;

/// <summary>
/// A stable checkpoint that can be fetched from the sender; its manifest is the one that the certificate signs.
/// </summary>
internal sealed record CheckpointOffer(CheckpointCertificate Certificate, Manifest Manifest) : PeerMessage
{
    /// <summary>It answers <see cref="FetchDecided"/>: the sender no longer has what was asked for.</summary>
    public bool IsInstead { get; init; }
}

/// <summary>Asks for one chunk of a run, whatever checkpoint it is of.</summary>
internal sealed record FetchPiece(Digest Run, int Index) : PeerMessage;

/// <summary>One chunk of a run with its Merkle path to the root that names the run.</summary>
internal sealed record Piece(
    Digest Run, int Index, ReadOnlyMemory<byte> Bytes, IReadOnlyList<Digest> Path) : PeerMessage;
