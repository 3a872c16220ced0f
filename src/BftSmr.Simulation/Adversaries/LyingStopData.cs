using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Signs accounts of its window that are stale, empty or made up. As the new leader it picks, for each replica, another
/// collection among the accounts that others sent it and the several that it made of its own.
/// </summary>
internal sealed class LyingStopData : Adversary
{
    private readonly List<StopData> _own = [];
    private readonly List<StopData> _received = [];

    public override AdversaryKind Kind => AdversaryKind.LyingStopData;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        switch (message)
        {
            case StopData own:
                instead.Add(Lie(own));
                break;
            case Sync sync:
                instead.Add(Choose(sync));
                break;
            default:
                instead.Add(message);
                break;
        }
    }

    public override bool Receiving(Input input)
    {
        if (input is PeerInput { Message: StopData data }) Keep(_received, data);
        return true;
    }

    /// <summary>Calls a new leader now and then, so that there is something to lie about.</summary>
    public override void Idle()
    {
        if (Random.Chance(0.01) && _own.Count > 0) SendToAll(new Stop(_own[^1].Regency.Next));
    }

    private StopData Lie(StopData own)
    {
        Keep(_own, own);
        if (Random.Chance(0.2)) return own;
        Misbehave("lying STOPDATA");
        StopData lie = Random.Next(6) switch
        {
            0 => own with { Evidence = [] },
            1 => own with { Evidence = [.. own.Evidence.Select(Embellish)] },
            2 => own with { Evidence = [.. own.Evidence.Where(_ => Random.Chance(0.5))] },
            3 => Random.Pick(_own) with { Regency = own.Regency },
            4 => own with { LastExecuted = own.LastExecuted + Random.Between(0, 5) },
            _ => own with { Evidence = [.. own.Evidence.Select(static e => e with { Written = null })] },
        };
        return Sign(lie);
    }

    /// <summary>Claims a written quorum for a value that it only knows of, or has made up, in some regency.</summary>
    private InstanceEvidence Embellish(InstanceEvidence evidence)
    {
        Digest value = evidence.WriteSet.Count > 0
            && Random.Chance(0.7) ? Random.Pick(evidence.WriteSet).Value : AnyDigest();
        Regency regency = evidence.Written is { } written
            ? new Regency(Math.Max(0, written.Regency.Value + Random.Between(-1, 2)))
            : new Regency(Random.Next(4));
        Vote vote = new(regency, value);
        List<Vote> set = [.. evidence.WriteSet.Where(v => v.Value != value), vote];
        set.Sort(static (x, y) => x.Value.CompareTo(y.Value));
        return new InstanceEvidence(evidence.Instance, vote, set);
    }

    private Sync Choose(Sync sync)
    {
        if (Random.Chance(0.2)) return sync;
        Misbehave("chosen SYNC");
        IEnumerable<StopData> known = sync.Collected.Concat(_received.Where(d => d.Regency == sync.Regency));
        List<StopData> all = [.. known.Where(d => d.Sender != Self).DistinctBy(static d => d.Sender)];
        StopData? own = sync.Collected.FirstOrDefault(d => d.Sender == Self);
        if (own is not null) all.Add(Lie(own));
        Random.Shuffle(all);
        int count = Random.Chance(0.1) ? Settings.Quorums.Available - 1 : Settings.Quorums.Available;
        return sync with { Collected = [.. all.Take(count).OrderBy(static d => d.Sender)] };
    }

    private static void Keep(List<StopData> kept, StopData data)
    {
        if (kept.Count >= 64) kept.RemoveAt(0);
        kept.Add(data);
    }
}
