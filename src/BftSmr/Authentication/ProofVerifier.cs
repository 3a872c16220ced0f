using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Authentication;

/// <summary>Checks the messages that carry signatures of replicas. Decoding has made sure that senders are members, distinct and sorted.</summary>
internal sealed class ProofVerifier(Quorums quorums, IKeyring keyring)
{
    /// <summary>A replica's account of its window, from that replica.</summary>
    public bool Check(ReplicaId from, StopData message, out RejectReason reason)
    {
        reason = RejectReason.WrongSender;
        if (message.Sender != from) return false;
        return Check(message, out reason);
    }

    /// <summary>A collection of at least n-f accounts for its own regency, whoever sends it: it is passed on to those that missed it.</summary>
    public bool Check(Sync message, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        if (message.Collected.Count < quorums.Available) return false;
        for (int i = 0; i < message.Collected.Count; i++)
        {
            if (message.Collected[i].Regency != message.Regency) return false;
        }
        for (int i = 0; i < message.Collected.Count; i++)
        {
            if (!Check(message.Collected[i], out _)) return false;
        }
        return true;
    }

    /// <summary>A replica's checkpoint, from that replica.</summary>
    public bool Check(ReplicaId from, Checkpoint message, out RejectReason reason)
    {
        reason = RejectReason.WrongSender;
        if (message.Sender != from) return false;

        reason = RejectReason.BadAuthentication;
        return keyring.VerifyReplica(message.Sender, PeerMessageCodec.SignedBytes(message), message.Signature.Span);
    }

    /// <summary>An offer of a checkpoint that is stable.</summary>
    public bool Check(CheckpointOffer message, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        return IsValid(message.Certificate);
    }

    /// <summary>
    /// q replicas, f+1 of them correct, signed this root for this instance, so that f+1 are left to tell those who missed it; every signature given is right. The initial state
    /// needs none.
    /// </summary>
    public bool IsValid(CheckpointCertificate certificate)
    {
        if (certificate.Instance == Instance.Zero) return certificate.Root == default && certificate.Signatures.Count == 0;
        if (certificate.Signatures.Count < quorums.Write) return false;
        for (int i = 0; i < certificate.Signatures.Count; i++)
        {
            (ReplicaId sender, ReadOnlyMemory<byte> signature) = certificate.Signatures[i];
            Checkpoint signed = new(certificate.Instance, certificate.Root, sender);
            if (!keyring.VerifyReplica(sender, PeerMessageCodec.SignedBytes(signed), signature.Span)) return false;
        }
        return true;
    }

    private bool Check(StopData message, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        if (!IsConsistent(message)) return false;

        reason = RejectReason.BadAuthentication;
        if (!keyring.VerifyReplica(message.Sender, PeerMessageCodec.SignedBytes(message), message.Signature.Span)) return false;

        reason = RejectReason.InvalidProof;
        return IsValid(message.Stable);
    }

    /// <summary>It speaks of instances above its stable checkpoint and of regencies before its own.</summary>
    private static bool IsConsistent(StopData message)
    {
        for (int i = 0; i < message.Evidence.Count; i++)
        {
            InstanceEvidence evidence = message.Evidence[i];
            if (evidence.Instance <= message.Stable.Instance) return false;
            if (evidence.Written is Vote written && written.Regency >= message.Regency) return false;
            for (int j = 0; j < evidence.WriteSet.Count; j++)
            {
                if (evidence.WriteSet[j].Regency >= message.Regency) return false;
            }
        }
        return true;
    }
}
