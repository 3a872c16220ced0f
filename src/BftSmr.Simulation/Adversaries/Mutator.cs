using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Changes small things in what it sends: numbers by one, values to others it has seen; repeats old messages; swallows
/// some. Small mutations of correct runs find more than noise does (ByzzFuzz, Winter et al. 2023).
/// </summary>
internal sealed class Mutator : MutatingAdversary
{
    private readonly List<PeerMessage> _past = [];
    private double _share = -1;

    public override AdversaryKind Kind => AdversaryKind.Mutator;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (_share < 0) _share = Random.Pick([0.02, 0.1, 0.4]);
        if (_past.Count < 500) _past.Add(message);
        else _past[Random.Next(500)] = message;
        if (!Random.Chance(_share))
        {
            instead.Add(message);
            return;
        }
        Misbehave("mutation");
        switch (Random.Next(4))
        {
            case 0:
                break;
            case 1:
                instead.Add(message);
                instead.Add(Random.Pick(_past));
                break;
            default:
                instead.Add(Mutate(message));
                break;
        }
    }
}
