using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Ordering;

/// <summary>
/// Checks of an ordering's messages that need no state: proofs, signatures, which node may send what. Links call them
/// in parallel.
/// </summary>
internal interface IMessageChecks
{
    /// <summary>Whether the replica may see the message; if not, why.</summary>
    bool Passes(ReplicaId from, PeerMessage message, out RejectReason reason);
}
