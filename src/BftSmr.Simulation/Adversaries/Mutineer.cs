using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Asks for new leaders all the time: the next, and ones far away.</summary>
internal sealed class Mutineer : Adversary
{
    private Regency _latest;

    public override AdversaryKind Kind => AdversaryKind.Mutineer;

    public override bool Receiving(Input input)
    {
        if (input is PeerInput { Message: Status status } && status.Regency > _latest) _latest = status.Regency;
        return true;
    }

    public override void Idle()
    {
        if (!Random.Chance(0.2)) return;
        Stop stop = new(_latest + (Random.Chance(0.8) ? 1 : Random.Between(1, 1_000_000)));
        int replicas = Settings.Quorums.Replicas;
        if (Random.Chance(0.5)) SendToAll(stop);
        else Send(new ReplicaId((Self.Value + 1 + Random.Next(replicas - 1)) % replicas), stop);
    }
}
