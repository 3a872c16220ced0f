using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Changes small things in what it sends: numbers by one, values to others it has seen; repeats old messages; swallows
/// some. Small mutations of correct runs find more than noise does (ByzzFuzz, Winter et al. 2023).
/// </summary>
internal sealed class Mutator : Adversary
{
    private readonly List<PeerMessage> _past = [];
    private readonly List<Digest> _digests = [];
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

    private PeerMessage Mutate(PeerMessage message) => message switch
    {
        Propose m =>
            Random.Next(2) == 0 ? m with { Instance = Near(m.Instance) } : m with { Regency = Near(m.Regency) },
        Write m => Ballot(m.Regency, m.Instance, m.Value, static (r, i, v) => new Write(r, i, v)),
        Accept m => Ballot(m.Regency, m.Instance, m.Value, static (r, i, v) => new Accept(r, i, v)),
        Refuse m =>
            Ballot(m.Regency, m.Instance, m.Value, (r, i, v) => m with { Regency = r, Instance = i, Value = v }),
        Vouch m => m with { Instance = Near(m.Instance) },
        RelayRead m => m with
        {
            ReadId = m.ReadId + (ulong)Random.Next(2), Operation = Random.Chance(0.5) ? m.Operation : default,
        },
        VouchRead m => m with
        {
            ReadId = m.ReadId - (ulong)Random.Next(2),
            Voucher = m.Voucher with { Result = Seen(m.Voucher.Result) },
        },
        Stop m => m with { Next = Near(m.Next) },
        StopData m => Sign(m with { LastExecuted = Near(m.LastExecuted) }),
        Sync m => m with { Collected = [.. m.Collected.Skip(1)] },
        Checkpoint m => Sign(m with { Instance = Near(m.Instance) }),
        Status m => m with
        {
            Regency = Near(m.Regency),
            LastExecuted = Near(m.LastExecuted),
            Stable = Near(m.Stable),
            Synchronized = !m.Synchronized,
            LastAccepted = Near(m.LastAccepted),
            Wanted = Near(m.Wanted),
            VotesForgotten = Random.Chance(0.3),
            Run = Random.Chance(0.3) ? m.Run + 1 : m.Run,
            Remembers = Random.Chance(0.3) ? ReplicaSet.Empty : m.Remembers,
        },
        FetchDecided m => m with { From = Near(m.From), Count = m.Count + 1 },
        FetchBatch m => m with { Value = Seen(m.Value) },
        Decided m => m with { Values = [.. m.Values.Select(Seen)] },
        BatchBody m => m with { Instance = Near(m.Instance) },
        FetchChunk m => m with { Index = m.Index + 1 },
        _ => message,
    };

    private PeerMessage Ballot(
        Regency regency, Instance instance, Digest value,
        Func<Regency, Instance, Digest, PeerMessage> make) => Random.Next(3) switch
    {
        0 => make(Near(regency), instance, value),
        1 => make(regency, Near(instance), value),
        _ => make(regency, instance, Seen(value)),
    };

    private Digest Seen(Digest value)
    {
        if (_digests.Count < 200) _digests.Add(value);
        return Random.Pick(_digests);
    }

    private Instance Near(Instance instance) => new(Math.Max(0, instance.Value + Random.Between(-2, 2)));

    private Regency Near(Regency regency) => new(Math.Max(0, regency.Value + Random.Between(-1, 1)));
}
