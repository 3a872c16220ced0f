using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Ordering;

/// <summary>
/// Checks of an ordering's messages that need no state: proofs, signatures, which node may send what.
/// </summary>
internal interface IMessageChecks
{
    /// <summary>Whether the replica may see the message; if not, why.</summary>
    /// <param name="from">The replica that sent it.</param>
    /// <param name="message">The message.</param>
    /// <param name="isUsed">False if the replica will not use it whatever it proves (<see cref="IOrdering.Uses"/>): its
    /// signatures need no check.</param>
    /// <param name="reason">Why it may not.</param>
    bool Passes(ReplicaId from, PeerMessage message, bool isUsed, out RejectReason reason);
}
