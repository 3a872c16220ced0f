using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;

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
    private readonly SortedDictionary<long, Manifest> _taken = [];
    private Instance _lastAnnounced;
    private Instance _lastNoted;

    /// <summary>The last stable checkpoint.</summary>
    public CheckpointCertificate Stable { get; private set; } = CheckpointCertificate.Initial;

    /// <summary>Its manifest.</summary>
    public Manifest StableManifest { get; private set; } = Manifest.Initial;

    /// <summary>What peers that need it are told of it; null if there is none yet.</summary>
    public CheckpointOffer? StableOffer { get; private set; }

    /// <summary>The stable checkpoint before that one, since the start; its runs are still here.</summary>
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
    /// The own checkpoint of an instance for which q replicas certify another root: the state is damaged.
    /// </summary>
    public Manifest? Contradicted { get; private set; }

    /// <summary>Checkpoints that this replica is writing.</summary>
    public int UnderWay { get; private set; }

    /// <summary>One is being written.</summary>
    public void Begin() => UnderWay++;

    /// <summary>
    /// Another state was loaded, after all that was being written before: that was written, or given up.
    /// </summary>
    public void NoteLoaded() => UnderWay = 0;

    /// <summary>It is written; to no use if it is dropped, as the state is wrong.</summary>
    public void Complete(Manifest manifest, bool isDropped)
    {
        UnderWay--;
        Invariant.Holds(UnderWay >= 0, "a checkpoint that is written was begun");
        if (!isDropped) Take(manifest);
    }

    /// <summary>
    /// The own checkpoints that are not stable are of a damaged state: they are not announced any more, nor known.
    /// </summary>
    public void DropOwn()
    {
        Contradicted = null;
        _taken.Clear();
        _announced[context.Self.Value].Clear();
        _lastAnnounced = Stable.Instance;
    }

    /// <summary>This replica has the checkpoint, written or found whole at its start: announces it.</summary>
    public void Take(Manifest manifest)
    {
        Instance instance = manifest.Instance;
        if (instance <= Stable.Instance) return;
        _taken[instance.Value] = manifest;
        if (Proven.Instance == instance)
        {
            if (Proven.Root == manifest.Root) Adopt(Proven, manifest);
            else Contradicted = manifest;
            return;
        }
        Checkpoint message = new(instance, manifest.Root, context.Self);
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
        if (!_taken.TryGetValue(instance.Value, out Manifest? own)) return;
        IEnumerable<Checkpoint> announced =
            _announced.Select(a => a.GetValueOrDefault(instance.Value)).OfType<Checkpoint>();
        foreach (IGrouping<Digest, Checkpoint> equal in announced.GroupBy(c => c.Root).ToList())
        {
            CheckpointSignature[] signatures = [.. equal.Select(c => new CheckpointSignature(c.Sender, c.Signature))];
            if (signatures.Length < context.Quorums.Stable) continue;
            CheckpointCertificate certificate = new(instance, equal.Key, signatures);
            if (equal.Key == own.Root) Adopt(certificate, own);
            else Contradicted = own;
        }
    }

    /// <summary>
    /// A certificate that was proven, by q announcements, here or elsewhere, and whose checkpoint this replica has.
    /// </summary>
    public void Adopt(CheckpointCertificate certificate, Manifest manifest)
    {
        Invariant.Holds(certificate.Instance > Stable.Instance, "the stable checkpoint never goes back");
        Stable = certificate;
        StableManifest = manifest;
        (StableBefore, StableOffer) = (StableOffer, new CheckpointOffer(certificate, manifest));
        Contradicted = null;
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
            || !_taken.TryGetValue(certificate.Instance.Value, out Manifest? own)
            || own.Root != certificate.Root) return false;
        Adopt(certificate, own);
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

    /// <summary>The offer of a checkpoint that is kept here; null if it is none of the last two.</summary>
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
}
