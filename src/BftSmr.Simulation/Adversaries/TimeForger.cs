using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader proposes a time of long ago, so that time stands still, or one of a far future, so that it runs away.
/// </summary>
internal sealed class TimeForger : Adversary
{
    private const long HourMicros = 3_600_000_000;

    private readonly Dictionary<(Regency, Instance), Batch> _forged = [];
    private long? _shift;

    public override AdversaryKind Kind => AdversaryKind.TimeForger;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        switch (message)
        {
            case Propose propose:
                Misbehave("forged time");
                instead.Add(propose with { Batch = Forged(propose) });
                break;
            case Write write when _forged.TryGetValue((write.Regency, write.Instance), out Batch? forged):
                instead.Add(write with { Value = forged.Digest });
                break;
            case Accept accept when _forged.TryGetValue((accept.Regency, accept.Instance), out Batch? forged):
                instead.Add(accept with { Value = forged.Digest });
                break;
            default:
                instead.Add(message);
                break;
        }
    }

    private Batch Forged(Propose propose)
    {
        (Regency, Instance) key = (propose.Regency, propose.Instance);
        if (_forged.TryGetValue(key, out Batch? known)) return known;
        if (_forged.Count > 200) _forged.Clear();
        _shift ??= Random.Pick([-HourMicros, HourMicros, -8_766 * HourMicros, 8_766 * HourMicros]);
        Batch truth = propose.Batch;
        return _forged[key] = BatchCodec.Create(truth.TimestampMicros + _shift.Value, truth.Seed, truth.Requests);
    }
}
