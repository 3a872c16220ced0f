using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Changes small things in a message: numbers by one or two, values to others that it has seen.</summary>
internal abstract class MutatingAdversary : Adversary
{
    private readonly List<Digest> _digests = [];

    protected PeerMessage Mutate(PeerMessage message) => message switch
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
            Runs = Random.Chance(0.3) ? new ulong[m.Runs.Count] : m.Runs,
        },
        FetchDecided m => m with { From = Near(m.From), Count = m.Count + 1 },
        FetchBatch m => m with { Value = Seen(m.Value) },
        Decided m => m with { Values = [.. m.Values.Select(Seen)] },
        BatchBody m => m with { Instance = Near(m.Instance) },
        FetchPiece m => m with { Index = m.Index + 1 },
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
