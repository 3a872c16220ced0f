using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Authentication;

/// <summary>
/// Checks checkpoints, which carry signatures of replicas. Decoding has made sure that senders are members, distinct
/// and sorted.
/// </summary>
internal sealed class ProofVerifier(Quorums quorums, IKeyring keyring)
{
    /// <summary>A replica's checkpoint, from that replica.</summary>
    public bool Check(ReplicaId from, Checkpoint message, out RejectReason reason)
    {
        reason = RejectReason.WrongSender;
        if (message.Sender != from) return false;

        reason = RejectReason.BadAuthentication;
        return keyring.VerifyReplica(message.Sender, PeerMessageCodec.SignedBytes(message), message.Signature.Span);
    }

    /// <summary>An offer of a checkpoint that is stable. Its proof counts only if it is used.</summary>
    public bool Check(CheckpointOffer message, bool isUsed, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        return !isUsed || IsValid(message.Certificate);
    }

    /// <summary>
    /// q replicas, f+1 of them correct, signed this root for this instance: f+1 are left to pass it on. Every signature
    /// given is right. The initial state needs none.
    /// </summary>
    public bool IsValid(CheckpointCertificate certificate)
    {
        if (certificate.Instance == Instance.Zero)
            return certificate.Root == default && certificate.Signatures.Count == 0;
        if (certificate.Signatures.Count < quorums.Stable) return false;
        for (int i = 0; i < certificate.Signatures.Count; i++)
        {
            (ReplicaId sender, ReadOnlyMemory<byte> signature) = certificate.Signatures[i];
            Checkpoint signed = new(certificate.Instance, certificate.Root, sender);
            if (!keyring.VerifyReplica(sender, PeerMessageCodec.SignedBytes(signed), signature.Span)) return false;
        }
        return true;
    }
}
