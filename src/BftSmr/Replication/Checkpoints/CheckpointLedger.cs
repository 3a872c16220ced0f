using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Replication.Checkpoints;

/// <summary>
/// Which checkpoints this replica took, what others say of theirs, and which one is stable. A checkpoint is stable when q replicas signed the same
/// root for it: at least f+1 correct ones hold it, and their log above it suffices. Invariant: the stable checkpoint never goes back.
/// </summary>
internal sealed class CheckpointLedger(ReplicaContext context)
{
    /// <summary>Announcements kept of each replica; it sends them in ascending order, so the latest matter.</summary>
    private const int KeptPerReplica = 4;

    private readonly List<Checkpoint>[] _announced = [.. Enumerable.Range(0, context.Quorums.Replicas).Select(_ => new List<Checkpoint>())];
    private readonly SortedDictionary<long, TakenCheckpoint> _taken = [];

    /// <summary>The last stable checkpoint.</summary>
    public CheckpointCertificate Stable { get; private set; } = CheckpointCertificate.Initial;

    /// <summary>Its size.</summary>
    public long StableBytes { get; private set; }

    /// <summary>q replicas certify, for an instance this replica executed, a root that is not its own: its state is damaged.</summary>
    public CheckpointCertificate? Contradiction { get; private set; }

    /// <summary>This replica has the snapshot, made or found complete at its start: announces it.</summary>
    public void Take(Instance instance, Digest root, long snapshotBytes)
    {
        if (instance <= Stable.Instance) return;
        _taken[instance.Value] = new TakenCheckpoint(root, snapshotBytes);
        Checkpoint message = new(instance, root, context.Self);
        byte[] signature = new byte[Request.SignatureBytes];
        context.Keyring.Sign(PeerMessageCodec.SignedBytes(message), signature);
        message = message with { Signature = signature };
        context.Effects.Broadcast(message);
        Record(message);
    }

    public void OnCheckpoint(Checkpoint message)
    {
        if (message.Instance > Stable.Instance) Record(message);
    }

    private void Record(Checkpoint message)
    {
        List<Checkpoint> announced = _announced[message.Sender.Value];
        if (announced.Exists(c => c.Instance == message.Instance)) return;
        announced.Add(message);
        if (announced.Count > KeptPerReplica) announced.RemoveAt(0);
        Evaluate(message.Instance);
    }

    private void Evaluate(Instance instance)
    {
        if (!_taken.TryGetValue(instance.Value, out TakenCheckpoint own)) return;
        foreach (IGrouping<Digest, Checkpoint> equal in _announced.SelectMany(a => a).Where(c => c.Instance == instance).GroupBy(c => c.Root).ToList())
        {
            CheckpointSignature[] signatures = [.. equal.Select(c => new CheckpointSignature(c.Sender, c.Signature))];
            if (signatures.Length < context.Quorums.Write) continue;
            CheckpointCertificate certificate = new(instance, equal.Key, signatures);
            if (equal.Key == own.Root) Adopt(certificate, own.SnapshotBytes);
            else Contradiction = certificate;
        }
    }

    /// <summary>A certificate that was proven, by q announcements here or by f+1 signatures from elsewhere, and whose snapshot this replica has.</summary>
    public void Adopt(CheckpointCertificate certificate, long snapshotBytes)
    {
        Invariant.Holds(certificate.Instance > Stable.Instance, "the stable checkpoint never goes back");
        Stable = certificate;
        StableBytes = snapshotBytes;
        Contradiction = null;
        foreach (long old in _taken.Keys.TakeWhile(k => k <= certificate.Instance.Value).ToList()) _taken.Remove(old);
        foreach (List<Checkpoint> announced in _announced) announced.RemoveAll(c => c.Instance <= certificate.Instance);
    }

    /// <summary>Another replica proves that a checkpoint is stable, which this one has taken, too: the announcements that were lost are not needed any more.</summary>
    public bool TryAdopt(CheckpointCertificate certificate)
    {
        if (certificate.Instance <= Stable.Instance || !_taken.TryGetValue(certificate.Instance.Value, out TakenCheckpoint own) || own.Root != certificate.Root) return false;
        Adopt(certificate, own.SnapshotBytes);
        return true;
    }

    /// <summary>
    /// A peer that has stopped has executed what is stable here, and does not know that it is: it gets the proof. Nobody repeats announcements of what is
    /// stable for everybody else, and without it the log of that peer stays too full to take part.
    /// </summary>
    public void Inform(ReplicaId peer, Status status)
    {
        if (status.Stable < Stable.Instance && status.LastExecuted >= Stable.Instance) context.Effects.Send(peer, new CheckpointOffer(Stable, StableBytes));
    }

    /// <summary>Says again what is not stable yet; announcements may have been lost.</summary>
    public void Retransmit()
    {
        foreach (Checkpoint own in _announced[context.Self.Value]) context.Effects.Broadcast(own);
    }

    private readonly record struct TakenCheckpoint(Digest Root, long SnapshotBytes);
}
