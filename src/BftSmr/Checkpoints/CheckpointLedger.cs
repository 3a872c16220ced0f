using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Checkpoints;

/// <summary>
/// Which checkpoints this replica took, which ones the others announced, and which one is stable. A checkpoint is
/// stable when q replicas signed the same root for it: at least f+1 correct ones hold it, and their log above it
/// suffices. Invariant: the stable checkpoint never goes back. The lowest checkpoints are the next to become stable:
/// the replica announces those, and keeps those of others, however far ahead a peer's disk is.
/// </summary>
internal sealed class CheckpointLedger(ReplicaContext context)
{
    /// <summary>Checkpoints above the stable one that this replica announces; the next ones as that moves.</summary>
    public const int AnnouncedMax = 64;

    /// <summary>
    /// Announcements kept of each other replica, the lowest; more than it makes at once, as the stable checkpoint may
    /// have moved there first.
    /// </summary>
    public const int KeptPerReplica = 2 * AnnouncedMax;

    private readonly SortedDictionary<long, Checkpoint>[] _announced =
        [.. Enumerable.Range(0, context.Quorums.Replicas).Select(_ => new SortedDictionary<long, Checkpoint>())];
    private readonly SortedDictionary<long, TakenCheckpoint> _taken = [];
    private Instance _lastAnnounced;
    private Instance _lastNoted;

    /// <summary>The last stable checkpoint.</summary>
    public CheckpointCertificate Stable { get; private set; } = CheckpointCertificate.Initial;

    /// <summary>Its size.</summary>
    public long StableBytes { get; private set; }

    /// <summary>What peers that need it are told of it; null if there is none yet.</summary>
    public CheckpointOffer? StableOffer { get; private set; }

    /// <summary>The stable checkpoint before that one, since the start; its snapshot is still here.</summary>
    private CheckpointOffer? StableBefore { get; set; }

    /// <summary>
    /// The latest certificate of a checkpoint that this replica had not taken when it came. It takes none before that.
    /// </summary>
    public CheckpointCertificate Proven { get; private set; } = CheckpointCertificate.Initial;

    /// <summary>
    /// Once for each advance of <see cref="Stable"/>: whether it is news, to be recorded and to make room.
    /// </summary>
    public bool TakeAdvance()
    {
        if (Stable.Instance <= _lastNoted) return false;
        _lastNoted = Stable.Instance;
        return true;
    }

    /// <summary>
    /// q replicas certify, for an instance this replica executed, a root that is not its own: its state is damaged.
    /// </summary>
    public CheckpointCertificate? Contradiction { get; private set; }

    /// <summary>Checkpoints whose snapshots this replica is making.</summary>
    public int UnderWay { get; private set; }

    /// <summary>A snapshot is being made.</summary>
    public void Begin() => UnderWay++;

    /// <summary>It is made.</summary>
    public void Complete(Instance instance, Digest root, long snapshotBytes)
    {
        UnderWay--;
        Invariant.Holds(UnderWay >= 0, "a snapshot that is made was begun");
        Take(instance, root, snapshotBytes);
    }

    /// <summary>This replica has the snapshot, made or found complete at its start: announces it.</summary>
    public void Take(Instance instance, Digest root, long snapshotBytes)
    {
        if (instance <= Stable.Instance) return;
        _taken[instance.Value] = new TakenCheckpoint(root, snapshotBytes);
        if (Proven.Instance == instance)
        {
            if (Proven.Root == root) Adopt(Proven, snapshotBytes);
            else Contradiction = Proven;
            return;
        }
        Checkpoint message = new(instance, root, context.Self);
        byte[] signature = new byte[Request.SignatureBytes];
        context.Keyring.Sign(PeerMessageCodec.SignedBytes(message), signature);
        _announced[context.Self.Value][instance.Value] = message with { Signature = signature };
        Announce();
        Evaluate(instance);
    }

    public void OnCheckpoint(Checkpoint message)
    {
        if (message.Instance <= Stable.Instance) return;
        SortedDictionary<long, Checkpoint> announced = _announced[message.Sender.Value];
        if (!announced.TryAdd(message.Instance.Value, message)) return;
        if (announced.Count > KeptPerReplica) announced.Remove(announced.Keys.Last());
        Evaluate(message.Instance);
    }

    private void Evaluate(Instance instance)
    {
        if (!_taken.TryGetValue(instance.Value, out TakenCheckpoint own)) return;
        IEnumerable<Checkpoint> announced =
            _announced.Select(a => a.GetValueOrDefault(instance.Value)).OfType<Checkpoint>();
        foreach (IGrouping<Digest, Checkpoint> equal in announced.GroupBy(c => c.Root).ToList())
        {
            CheckpointSignature[] signatures = [.. equal.Select(c => new CheckpointSignature(c.Sender, c.Signature))];
            if (signatures.Length < context.Quorums.Stable) continue;
            CheckpointCertificate certificate = new(instance, equal.Key, signatures);
            if (equal.Key == own.Root) Adopt(certificate, own.SnapshotBytes);
            else Contradiction = certificate;
        }
    }

    /// <summary>
    /// A certificate that was proven, by q announcements, here or elsewhere, and whose snapshot this replica has.
    /// </summary>
    public void Adopt(CheckpointCertificate certificate, long snapshotBytes)
    {
        Invariant.Holds(certificate.Instance > Stable.Instance, "the stable checkpoint never goes back");
        Stable = certificate;
        StableBytes = snapshotBytes;
        (StableBefore, StableOffer) = (StableOffer, new CheckpointOffer(certificate, snapshotBytes));
        Contradiction = null;
        ForgetStable(_taken);
        foreach (SortedDictionary<long, Checkpoint> announced in _announced) ForgetStable(announced);
        Announce();
    }

    private void ForgetStable<T>(SortedDictionary<long, T> checkpoints)
    {
        foreach (long old in checkpoints.Keys.TakeWhile(k => k <= Stable.Instance.Value).ToList())
            checkpoints.Remove(old);
    }

    /// <summary>
    /// Another replica proves that a checkpoint is stable, which this one has taken, too: the announcements that were
    /// lost are not needed any more.
    /// </summary>
    public bool TryAdopt(CheckpointCertificate certificate)
    {
        if (certificate.Instance <= Stable.Instance
            || !_taken.TryGetValue(certificate.Instance.Value, out TakenCheckpoint own)
            || own.Root != certificate.Root) return false;
        Adopt(certificate, own.SnapshotBytes);
        return true;
    }

    /// <summary>
    /// A peer that has stopped has executed what is stable here, and does not know that it is: it gets the proof.
    /// Replicas for which a checkpoint is stable do not announce it again. Without the proof the log of that peer stays
    /// too full to take part.
    /// </summary>
    public void Inform(ReplicaId peer, Status status)
    {
        if (status.Stable < Stable.Instance && status.LastExecuted >= Stable.Instance && StableOffer is { } offer)
            context.Effects.Send(peer, offer);
    }

    /// <summary>
    /// Another replica proves that a checkpoint is stable which this one has not taken yet: it needs no announcement of
    /// the others when it does.
    /// </summary>
    public void NoteProven(CheckpointCertificate certificate)
    {
        if (certificate.Instance > Proven.Instance && certificate.Instance > Stable.Instance) Proven = certificate;
    }

    /// <summary>The offer of a checkpoint whose snapshot is kept here; null if it is none of the last two.</summary>
    public CheckpointOffer? OfferOf(Instance instance) =>
        StableOffer?.Certificate.Instance == instance ? StableOffer
        : StableBefore?.Certificate.Instance == instance ? StableBefore
        : null;

    /// <summary>Says again what is not stable yet; announcements may have been lost.</summary>
    public void Retransmit()
    {
        _lastAnnounced = Stable.Instance;
        Announce();
    }

    /// <summary>Says what was not said, of the lowest.</summary>
    private void Announce()
    {
        foreach (Checkpoint own in _announced[context.Self.Value].Values.Take(AnnouncedMax))
        {
            if (own.Instance <= _lastAnnounced) continue;
            _lastAnnounced = own.Instance;
            context.Effects.Broadcast(own);
        }
    }

    private readonly record struct TakenCheckpoint(Digest Root, long SnapshotBytes);
}
