using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader proposes what was decided long ago once more, as it was or under a new time; repeats old messages of its
/// own.
/// </summary>
internal sealed class Replayer : Adversary
{
    private readonly List<Batch> _past = [];
    private readonly List<PeerMessage> _sent = [];
    private readonly Dictionary<(Regency, Instance), Batch> _chosen = [];

    public override AdversaryKind Kind => AdversaryKind.Replayer;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        instead.Add(message is Propose propose ? propose with { Batch = Choose(propose) } : message);
        if (message is Status or Propose) return;
        if (_sent.Count < 200) _sent.Add(message);
        else _sent[Random.Next(200)] = message;
        if (!Random.Chance(0.05)) return;
        Misbehave("old message");
        instead.Add(Random.Pick(_sent));
    }

    private Batch Choose(Propose propose)
    {
        if (_chosen.TryGetValue((propose.Regency, propose.Instance), out Batch? chosen)) return chosen;
        chosen = propose.Batch;
        if (_past.Count > 0 && Random.Chance(0.5))
        {
            Misbehave("old batch");
            Batch old = Random.Pick(_past);
            chosen = Random.Chance(0.3)
                ? old
                : BatchCodec.Create(
                    propose.Batch.TimestampMicros, propose.Batch.Seed,
                    [.. old.Requests, .. propose.Batch.Requests.Take(1)]);
        }
        if (_past.Count < 50) _past.Add(propose.Batch);
        if (_chosen.Count > 200) _chosen.Clear();
        return _chosen[(propose.Regency, propose.Instance)] = chosen;
    }
}
