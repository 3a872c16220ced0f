using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader proposes one batch to some replicas and another, just as authentic, to the others. In every round it sends
/// each replica votes for the batch that this one was told, so that both batches may gather votes.
/// </summary>
internal sealed class EquivocatingLeader : Adversary
{
    private readonly Dictionary<(Regency, Instance), Lie> _lies = [];

    public override AdversaryKind Kind => AdversaryKind.EquivocatingLeader;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        switch (message)
        {
            case Propose propose when LieFor(propose) is { } lie && lie.IsTold(to):
                Misbehave("second proposal");
                instead.Add(propose with { Batch = lie.Batch });
                break;
            case Write write when _lies.TryGetValue((write.Regency, write.Instance), out Lie? lie):
                Misbehave("double vote");
                if (lie.IsTold(to) || lie.VotesTwice) instead.Add(write with { Value = lie.Batch.Digest });
                if (!lie.IsTold(to) || lie.VotesTwice) instead.Add(write with { Value = lie.Truth });
                break;
            case Accept accept when _lies.TryGetValue((accept.Regency, accept.Instance), out Lie? lie):
                Misbehave("double vote");
                instead.Add(accept with { Value = lie.IsTold(to) ? lie.Batch.Digest : lie.Truth });
                break;
            default:
                instead.Add(message);
                break;
        }
    }

    /// <summary>Its core votes for one value only; it accepts both whenever it may help.</summary>
    public override void Idle()
    {
        foreach (((Regency regency, Instance instance), Lie lie) in _lies
            .Where(static l => l.Value.AcceptsLeft > 0).OrderBy(static l => l.Key.Item2).Take(4).ToArray())
        {
            lie.AcceptsLeft--;
            for (int i = 0; i < Settings.Quorums.Replicas; i++)
            {
                ReplicaId to = new(i);
                if (to != Self) Send(to, new Accept(regency, instance, lie.IsTold(to) ? lie.Batch.Digest : lie.Truth));
            }
        }
    }

    private Lie? LieFor(Propose propose)
    {
        (Regency, Instance) key = (propose.Regency, propose.Instance);
        if (_lies.TryGetValue(key, out Lie? lie)) return lie;
        if (_lies.Count > 200) _lies.Clear();
        if (Random.Chance(0.3)) return null;
        Batch truth = propose.Batch;
        IReadOnlyList<Request> requests = Random.Chance(0.5)
            ? truth.Requests
            : [.. truth.Requests.Take(Math.Max(1, truth.Requests.Count / 2))];
        Batch other = BatchCodec.Create(truth.TimestampMicros + (Random.Chance(0.5) ? 0 : 1), truth.Seed + 1, requests);
        return _lies[key] = new Lie(
            other, truth.Digest, Random.NextUInt64(), Random.Chance(0.5)) { AcceptsLeft = Random.Next(4) };
    }

    private sealed record Lie(Batch Batch, Digest Truth, ulong Told, bool VotesTwice)
    {
        public int AcceptsLeft { get; set; }
        public bool IsTold(ReplicaId replica) => (Told >> replica.Value & 1) != 0;
    }
}
