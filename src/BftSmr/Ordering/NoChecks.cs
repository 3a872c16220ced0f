using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Ordering;

/// <summary>For a protocol whose messages carry no proofs.</summary>
internal sealed class NoChecks : IMessageChecks
{
    public static NoChecks Instance { get; } = new();

    public bool Passes(ReplicaId from, PeerMessage message, bool isUsed, out RejectReason reason)
    {
        reason = default;
        return true;
    }
}
