using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader keeps as many correct replicas out as there may be faulty ones: they get no proposal and no vote of its.
/// It gives its own votes to one of the others only, so that one decides and the rest cannot. A cluster that waits for
/// the replica it forgot to tell stands still.
/// </summary>
internal sealed class Excluder : Adversary
{
    public override AdversaryKind Kind => AdversaryKind.Excluder;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        // 1 is its favourite.
        int place = (to.Value - Self.Value + Settings.Quorums.Replicas) % Settings.Quorums.Replicas;
        bool isKept = message switch
        {
            Propose => place < Settings.Quorums.Replicas - Settings.Quorums.Faulty,
            Write or Accept or BatchBody or Decided => place == 1,
            _ => true,
        };
        if (isKept) instead.Add(message);
        else Misbehave("message withheld");
    }
}
