using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// Commands on several sorted sets or sets: intersection, union, difference. All go through the members in the order of
/// their bytes. Scores are added as in Redis, smaller sets first: a sum of doubles depends on the order.
/// </summary>
internal static class SortedSetAlgebraCommands
{
    public static void Combine(ref CommandContext c)
    {
        if (!TryReadHow(ref c, out SetCombination how, out ScoreAggregate aggregate)
            || !c.TryInteger(0, 1, out long withScores)
            || !TryCombine(ref c, how, aggregate, out List<ScoredMember> members)
            || !c.TryFit(
                members.Sum(static m => (long)m.Member.Length + CanonicalFormat.HeaderBytesMax), members.Count))
            return;
        c.Reply.WriteArray(withScores == 1 ? 2 * members.Count : members.Count);
        foreach ((double score, byte[] member) in members)
        {
            c.Reply.WriteBinary(member);
            if (withScores == 1) Scores.Write(c.Reply, score);
        }
    }

    /// <summary>Puts the members under a key, whatever that held. Replies how many they are.</summary>
    public static void CombineAndStore(ref CommandContext c)
    {
        if (!c.TryKey(out ReadOnlySpan<byte> key)
            || !TryReadHow(ref c, out SetCombination how, out ScoreAggregate aggregate)
            || !TryCombine(ref c, how, aggregate, out List<ScoredMember> members)
            || !c.TryChargeLookups(members.Count)) return;
        SortedSetRangeCommands.Store(ref c, key, members);
    }

    /// <summary>How many members all have. Counts up to a limit; 0 for none.</summary>
    public static void IntersectionCount(ref CommandContext c)
    {
        if (!c.TryInteger(0, long.MaxValue, out long limit) || !c.TryKeysAhead()
            || !TryFindSources(ref c, weighted: false, out List<ScoredSource?> sources)
            || !TryIntersect(ref c, sources, ScoreAggregate.Sum, out List<ScoredMember> members)) return;
        c.Reply.WriteInteger(limit == 0 ? members.Count : Math.Min(limit, members.Count));
    }

    /// <summary>How many members sorted sets and sets have together, each as often as it stands there.</summary>
    public static void Sources(ref CommandContext c)
    {
        if (!c.TryKeysAhead() || !TryFindSources(ref c, weighted: false, out List<ScoredSource?> sources)) return;
        c.Reply.WriteInteger(sources.Sum(static source => (long)(source?.Count ?? 0)));
    }

    private static bool TryReadHow(ref CommandContext c, out SetCombination how, out ScoreAggregate aggregate)
    {
        (how, aggregate) = (default, default);
        if (!c.TryInteger((long)SetCombination.Intersection, (long)SetCombination.Difference, out long combination)
            || !c.TryInteger((long)ScoreAggregate.Sum, (long)ScoreAggregate.Max, out long aggregation)) return false;
        (how, aggregate) = ((SetCombination)combination, (ScoreAggregate)aggregation);
        return true;
    }

    /// <summary>Combines what all arguments left name, each followed by its weight: members in their order.</summary>
    private static bool TryCombine(
        ref CommandContext c, SetCombination how, ScoreAggregate aggregate, out List<ScoredMember> members)
    {
        members = [];
        if (!Scores.TryAhead(ref c, scoreFirst: false)
            || !TryFindSources(ref c, weighted: true, out List<ScoredSource?> sources)) return false;
        bool combined = how switch
        {
            SetCombination.Intersection => TryIntersect(ref c, sources, aggregate, out members),
            SetCombination.Union => TryUnite(ref c, sources, aggregate, out members),
            _ => TrySubtract(ref c, sources, out members),
        };
        if (!combined || !c.TryChargeSteps(members.Count)) return false;
        members.Sort();
        return true;
    }

    private static bool TryFindSources(ref CommandContext c, bool weighted, out List<ScoredSource?> sources)
    {
        sources = [];
        while (c.ArgumentCount > 0)
        {
            c.TryKey(out ReadOnlySpan<byte> key);
            double weight = 1;
            if (weighted) Scores.TryRead(ref c, out weight);
            KvEntry? entry = c.Find(key);
            if (entry is not null && entry.Collection is not (KvSortedSet or KvSet))
                return c.Fail(KvErrorCode.WrongType);
            sources.Add(entry is null ? null : new ScoredSource(entry.Collection!, weight));
        }
        return true;
    }

    /// <summary>Merges one after the other into those before.</summary>
    private static bool TryUnite(
        ref CommandContext c, List<ScoredSource?> sources, ScoreAggregate aggregate, out List<ScoredMember> members)
    {
        members = [];
        foreach (ScoredSource source in Ascending(sources))
        {
            if (!TryList(ref c, source, out List<ScoredMember> listed) || !c.TryChargeSteps(members.Count))
                return false;
            members = members.Count == 0 ? listed : Merge(members, listed, aggregate);
        }
        return true;
    }

    /// <summary>Looks for the members of the smallest in the others.</summary>
    private static bool TryIntersect(
        ref CommandContext c, List<ScoredSource?> sources, ScoreAggregate aggregate, out List<ScoredMember> members)
    {
        members = [];
        if (sources.Contains(null)) return true;
        ScoredSource[] ascending = Ascending(sources);
        if (!TryList(ref c, ascending[0], out members)) return false;
        foreach (ScoredSource other in ascending.Skip(1))
        {
            if (!TryLookUp(ref c, members, other, out double?[] found)) return false;
            List<ScoredMember> kept = [];
            for (int i = 0; i < found.Length; i++)
            {
                (double score, byte[] member) = members[i];
                if (found[i] is { } second)
                    kept.Add(new ScoredMember(Aggregate(score, other.Weight * second, aggregate), member));
            }
            members = kept;
        }
        return true;
    }

    /// <summary>Looks for the members of the first in the others. They keep their scores.</summary>
    private static bool TrySubtract(ref CommandContext c, List<ScoredSource?> sources, out List<ScoredMember> members)
    {
        members = [];
        if (sources[0] is not { } first) return true;
        if (!TryList(ref c, first, out members)) return false;
        foreach (ScoredSource other in sources.Skip(1).OfType<ScoredSource>())
        {
            if (!TryLookUp(ref c, members, other, out double?[] found)) return false;
            members = [.. members.Where((_, i) => found[i] is null)];
        }
        return true;
    }

    /// <summary>All members, in the order of their bytes, with weighted scores.</summary>
    private static bool TryList(ref CommandContext c, ScoredSource source, out List<ScoredMember> members)
    {
        members = [];
        if (!c.TryChargeSteps(source.Count)) return false;
        members.AddRange(
            source.All().Select(m => new ScoredMember(NumberOrZero(source.Weight * m.Score), m.Member)));
        return true;
    }

    /// <summary>
    /// Finds the scores that members, in the order of their bytes, have in another. It looks for each of them, or walks
    /// past all of the other's, whichever is less work.
    /// </summary>
    private static bool TryLookUp(
        ref CommandContext c, List<ScoredMember> members, ScoredSource other, out double?[] found)
    {
        found = new double?[members.Count];
        if ((long)members.Count * KvLimits.WorkPerLookup < (long)other.Count * KvLimits.WorkPerStep)
        {
            if (!c.TryChargeLookups(members.Count)) return false;
            for (int i = 0; i < found.Length; i++)
            {
                if (other.TryGetScore(members[i].Member, out double score)) found[i] = score;
            }
            return true;
        }
        if (!c.TryChargeSteps(other.Count)) return false;
        int next = 0;
        foreach ((double score, byte[] member) in other.All())
        {
            int order = -1;
            while (next < found.Length && (order = members[next].Member.AsSpan().SequenceCompareTo(member)) < 0) next++;
            if (next == found.Length) break;
            if (order == 0) found[next++] = score;
        }
        return true;
    }

    private static List<ScoredMember> Merge(
        List<ScoredMember> first, List<ScoredMember> second, ScoreAggregate aggregate)
    {
        List<ScoredMember> merged = new(first.Count + second.Count);
        int i = 0, j = 0;
        while (i < first.Count && j < second.Count)
        {
            int order = first[i].Member.AsSpan().SequenceCompareTo(second[j].Member);
            merged.Add(
                order < 0 ? first[i]
                : order > 0 ? second[j]
                : first[i] with { Score = Aggregate(first[i].Score, second[j].Score, aggregate) });
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        merged.AddRange(first[i..]);
        merged.AddRange(second[j..]);
        return merged;
    }

    private static ScoredSource[] Ascending(List<ScoredSource?> sources) =>
        [.. sources.OfType<ScoredSource>().OrderBy(static source => source.Count)];

    // A NaN is never smaller nor larger: then the first score stays.
    private static double Aggregate(double first, double second, ScoreAggregate aggregate) => aggregate switch
    {
        ScoreAggregate.Min => second < first ? second : first,
        ScoreAggregate.Max => second > first ? second : first,
        _ => NumberOrZero(first + second),
    };

    private static double NumberOrZero(double value) => double.IsNaN(value) ? 0 : value;
}
