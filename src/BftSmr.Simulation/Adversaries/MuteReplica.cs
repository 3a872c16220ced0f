using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Hears everything and says nothing.</summary>
internal sealed class MuteReplica : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.Mute;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead) =>
        Misbehave("message swallowed");

    public override ClientMessage? Answering(ClientId client, ClientMessage answer) => null;
}
