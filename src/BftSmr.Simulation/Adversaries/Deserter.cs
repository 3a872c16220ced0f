using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Calls for new leaders all the time and, when it becomes the leader itself, begins nothing: each of its regencies
/// doubles the timeouts of the others.
/// </summary>
internal sealed class Deserter : Adversary
{
    private Regency _latest;

    public override AdversaryKind Kind => AdversaryKind.Deserter;

    public override bool Receiving(Input input)
    {
        if (input is PeerInput { Message: Status status } && status.Regency > _latest) _latest = status.Regency;
        return true;
    }

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is Sync or Propose) Misbehave("duty of a leader neglected");
        else instead.Add(message);
    }

    public override void Idle()
    {
        if (Random.Chance(0.2)) SendToAll(new Stop(_latest + 1));
    }
}
