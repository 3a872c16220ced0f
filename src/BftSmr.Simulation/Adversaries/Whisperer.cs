using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Tells one replica alone what it accepts, so that the two of them can acknowledge what no other replica has executed
/// yet; and answers reads with an old state.
/// </summary>
internal sealed class Whisperer : StaleReader
{
    public override AdversaryKind Kind => AdversaryKind.Whisperer;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is Accept && to.Value != (Self.Value + 1) % Settings.Quorums.Replicas) Misbehave("ACCEPT withheld");
        else base.Sending(to, message, instead);
    }
}
