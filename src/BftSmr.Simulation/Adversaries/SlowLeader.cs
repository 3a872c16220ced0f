using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader sends each proposal as late as it dares: a little before the others would lose patience.
/// </summary>
internal sealed class SlowLeader : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.SlowLeader;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is not Propose)
        {
            instead.Add(message);
            return;
        }
        Misbehave("proposal delayed");
        long delay = Settings.RequestTimeoutMicros * Random.Between(50, 95) / 100;
        World.After(delay, () => Send(to, message));
    }
}
