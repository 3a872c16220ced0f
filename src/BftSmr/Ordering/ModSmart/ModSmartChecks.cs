using BftCloud.Primitives;
using BftSmr.Authentication;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart;

/// <summary>
/// Checks the sender of a proposal, and the messages of a regency change, which carry signatures of replicas. Decoding
/// has made sure that senders are members, distinct and sorted.
/// </summary>
internal sealed class ModSmartChecks(Quorums quorums, IKeyring keyring) : IMessageChecks
{
    private readonly ProofVerifier _proofs = new(quorums, keyring);

    public bool Passes(ReplicaId from, PeerMessage message, bool isUsed, out RejectReason reason)
    {
        reason = default;
        return message switch
        {
            Propose propose => IsFromLeader(from, propose, out reason),
            StopData stopData => IsValid(from, stopData, isUsed, out reason),
            Sync sync => !isUsed || IsValid(sync, out reason),
            _ => true,
        };
    }

    private bool IsFromLeader(ReplicaId from, Propose message, out RejectReason reason)
    {
        reason = RejectReason.WrongRegency;
        return quorums.LeaderOf(message.Regency) == from;
    }

    /// <summary>A replica's account of its window, from that replica.</summary>
    private bool IsValid(ReplicaId from, StopData message, bool isUsed, out RejectReason reason)
    {
        reason = RejectReason.WrongSender;
        return message.Sender == from && (!isUsed || IsValid(message, out reason));
    }

    /// <summary>
    /// A collection of at least n-f accounts for its own regency, from any replica: it is passed on to those that
    /// missed it.
    /// </summary>
    private bool IsValid(Sync message, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        if (message.Collected.Count < quorums.Available) return false;
        for (int i = 0; i < message.Collected.Count; i++)
        {
            if (message.Collected[i].Regency != message.Regency) return false;
        }
        for (int i = 0; i < message.Collected.Count; i++)
        {
            if (!IsValid(message.Collected[i], out _)) return false;
        }
        return true;
    }

    private bool IsValid(StopData message, out RejectReason reason)
    {
        reason = RejectReason.InvalidProof;
        if (!IsConsistent(message)) return false;

        reason = RejectReason.BadAuthentication;
        if (!keyring.VerifyReplica(message.Sender, PeerMessageCodec.SignedBytes(message), message.Signature.Span))
            return false;

        reason = RejectReason.InvalidProof;
        return _proofs.IsValid(message.Stable);
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
