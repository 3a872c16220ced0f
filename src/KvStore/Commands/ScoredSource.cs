using KvStore.State;

namespace KvStore.Commands;

/// <summary>What is combined: a sorted set, or a set whose members have score 1, with a weight.</summary>
internal sealed class ScoredSource(Collection collection, double weight)
{
    private readonly KvSortedSet? _sorted = collection as KvSortedSet;
    private readonly KvSet? _plain = collection as KvSet;

    public double Weight => weight;

    public int Count => collection.Count;

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score)
    {
        if (_sorted is not null) return _sorted.TryGetScore(member, out score);
        score = 1;
        return _plain!.Contains(member);
    }

    /// <summary>All members, in the order of their bytes.</summary>
    public IEnumerable<ScoredMember> All()
    {
        if (_sorted is not null)
        {
            CowTreeCursor<double> scored = _sorted.Walk();
            while (scored.MoveNext()) yield return new ScoredMember(scored.Value, scored.Key);
            yield break;
        }
        CowTreeCursor<KvSet.Present> members = _plain!.Walk();
        while (members.MoveNext()) yield return new ScoredMember(1, members.Key);
    }
}
