using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Says for ever that it is behind, and is not: it must not lead, and is to cost the others no more.</summary>
internal sealed class Laggard : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.Laggard;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is Status status)
        {
            Misbehave("said to be behind");
            message = status with { IsBehind = true };
        }
        instead.Add(message);
    }
}
