using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// What a collection of STOPDATA for one regency proves about the window; every replica evaluates it alike. After
/// Cachin, Guerraoui, Rodrigues: Reliable and Secure Distributed Programming, 5.6.4 (Byzantine epoch change), for each
/// instance above the base:
/// <list type="bullet">
/// <item>quorumHighest(r,v): more than (n+f)/2 entries have written in a regency below r, or v in r, or nothing;</item>
/// <item>certified(r,v): more than f write sets hold v with a regency of at least r;</item>
/// <item>bound to v: some entry has written (r,v), and both hold; the highest such r counts, then the smallest
/// v;</item>
/// <item>unbound: not bound, and more than (n+f)/2 entries have never written.</item>
/// </list>
/// An instance that is neither leaves the collection inconclusive: the leader waits for more entries. A value that was
/// decided anywhere is bound in every conclusive collection (docs/spec/ordering/argument.md). Invariant: every
/// instance in (Base, High] has one value.
/// </summary>
internal sealed record SyncEvaluation
{
    /// <summary>
    /// Instances up to here need no vote: f+1 correct replicas have executed them, as a stable checkpoint or 2f+1
    /// entries say.
    /// </summary>
    public required Instance Base { get; init; }

    /// <summary>The highest instance that is bound; <see cref="Base"/> if none is.</summary>
    public required Instance High { get; init; }

    /// <summary>The value that goes on for each instance in (Base, High]: the bound one, or the no-op.</summary>
    public required IReadOnlyDictionary<long, Digest> Values { get; init; }

    /// <summary>
    /// Evaluates entries of distinct members for one regency, whose signatures and certificates have been verified;
    /// null if inconclusive.
    /// </summary>
    public static SyncEvaluation? TryEvaluate(Quorums quorums, IReadOnlyList<StopData> entries)
    {
        if (entries.Count < quorums.Available) return null;
        Instance floor = BaseOf(quorums, entries);
        Instance high = floor;
        Dictionary<long, Digest> values = [];
        foreach (IGrouping<Instance, InstanceEvidence> known in EvidenceAbove(floor, entries).GroupBy(e => e.Instance))
        {
            if (BoundValue(quorums, Informed(entries, known.Key), [.. known]) is { } value)
            {
                values.Add(known.Key.Value, value);
                if (known.Key > high) high = known.Key;
            }
            else if (!IsUnbound(quorums, Informed(entries, known.Key), [.. known]))
            {
                return null;
            }
        }
        for (Instance i = floor.Next; i < high; i = i.Next)
        {
            if (!values.TryAdd(i.Value, BatchCodec.Noop.Digest)) continue;
            if (!IsMajority(quorums, Informed(entries, i))) return null;
        }
        Invariant.Holds(
            high >= floor && values.Count == high - floor,
            "every instance from the base to the highest bound one has one value");
        // Above the highest bound instance, too, the leader is free only where enough entries say that nothing was
        // written.
        return IsMajority(quorums, Informed(entries, high.Next))
            ? new SyncEvaluation { Base = floor, High = high, Values = values }
            : null;
    }

    private static Instance BaseOf(Quorums quorums, IReadOnlyList<StopData> entries)
    {
        Instance stable = entries.Max(s => s.Stable.Instance);
        Instance executed = entries.Select(s => s.LastExecuted).OrderDescending().ElementAt(quorums.Install - 1);
        return stable > executed ? stable : executed;
    }

    /// <summary>A sender that forgot its votes does not count for the instances in question.</summary>
    private static IEnumerable<InstanceEvidence> EvidenceAbove(Instance floor, IReadOnlyList<StopData> entries) =>
        entries.SelectMany(s => s.Evidence.Where(e => e.Instance > floor && e.Instance > s.SilentUntil));

    /// <summary>
    /// How many entries say what they know of an instance; without evidence for it, that they have written nothing.
    /// </summary>
    private static int Informed(IReadOnlyList<StopData> entries, Instance instance) =>
        entries.Count(s => s.SilentUntil < instance);

    private static Digest? BoundValue(Quorums quorums, int informed, List<InstanceEvidence> known)
    {
        IOrderedEnumerable<Vote> written = known.Select(e => e.Written).OfType<Vote>().Distinct()
            .OrderByDescending(v => v.Regency.Value).ThenBy(v => v.Value);
        foreach (Vote vote in written)
        {
            if (IsQuorumHighest(quorums, informed, known, vote) && IsCertified(quorums, known, vote)) return vote.Value;
        }
        return null;
    }

    private static bool IsQuorumHighest(Quorums quorums, int informed, List<InstanceEvidence> known, Vote vote)
    {
        int against = known.Count(e => e.Written is { } written
            && (written.Regency > vote.Regency || (written.Regency == vote.Regency && written.Value != vote.Value)));
        return IsMajority(quorums, informed - against);
    }

    private static bool IsCertified(Quorums quorums, List<InstanceEvidence> known, Vote vote) =>
        known.Count(e => e.WriteSet.Any(w => w.Value == vote.Value && w.Regency >= vote.Regency)) >= quorums.OneCorrect;

    private static bool IsUnbound(Quorums quorums, int informed, List<InstanceEvidence> known) =>
        IsMajority(quorums, informed - known.Count(e => e.Written is not null));

    /// <summary>More than (n+f)/2.</summary>
    private static bool IsMajority(Quorums quorums, int count) => count >= quorums.Write;
}
