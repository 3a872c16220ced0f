using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>A range of a sorted set, as a command names it.</summary>
internal readonly ref struct SortedSetRange
{
    private RangeBy By { get; init; }
    private RangeEnds Excluded { get; init; }
    private long Start { get; init; }
    private long End { get; init; }
    private MemberBounds Members { get; init; }

    /// <summary>Reads four arguments: what the ends are, the lower, the upper, which are excluded.</summary>
    public static bool TryRead(scoped ref CommandContext c, out SortedSetRange range)
    {
        range = default;
        if (!c.TryInteger((long)RangeBy.Rank, (long)RangeBy.Member, out long by)) return false;
        long start = 0, end = 0;
        MemberBound lower = default, upper = default;
        bool read = (RangeBy)by switch
        {
            RangeBy.Rank => c.TryInteger(out start) && c.TryInteger(out end),
            RangeBy.Score => TryScore(ref c, out start) && TryScore(ref c, out end),
            _ => MemberBound.TryRead(ref c, out lower) && MemberBound.TryRead(ref c, out upper),
        };
        if (!read || !c.TryInteger((long)RangeEnds.None, (long)RangeEnds.Both, out long excluded)) return false;
        range = new SortedSetRange
        {
            By = (RangeBy)by,
            Excluded = (RangeEnds)excluded,
            Start = start,
            End = end,
            Members = new MemberBounds(lower, upper, (RangeEnds)excluded),
        };
        return true;
    }

    /// <summary>Finds the whole range: the rank at which it begins, and its length.</summary>
    public bool TryLocate(ref CommandContext c, KvSortedSet set, out int first, out int count) =>
        TryLocate(ref c, set, fromEnd: false, 0, long.MaxValue, out first, out count);

    /// <summary>Finds a part of the range.</summary>
    /// <param name="c">The command, which pays for what is looked at.</param>
    /// <param name="set">The sorted set.</param>
    /// <param name="fromEnd">The range is read from its upper end. Ranks count from there too.</param>
    /// <param name="offset">How many to pass over. Nothing is left behind a negative number.</param>
    /// <param name="limit">How many to take; negative: all.</param>
    /// <param name="first">The rank of the first of the part.</param>
    /// <param name="count">How many there are, from there on or back.</param>
    public bool TryLocate(
        ref CommandContext c, KvSortedSet set, bool fromEnd, long offset, long limit, out int first, out int count)
    {
        if (By == RangeBy.Member && set.Count > 0
            && ScoreKey.ScoreOf(set.At(0)) != ScoreKey.ScoreOf(set.At(set.Count - 1)))
        {
            (first, count) = (0, 0);
            if (!c.TryChargeSteps(set.Count)) return false;
            (first, count) = Members.Walk(set, fromEnd, offset, limit);
            return true;
        }
        (int low, int high) = By switch
        {
            RangeBy.Rank => Ranks(set.Count, fromEnd),
            RangeBy.Score => ScoreRanks(set),
            _ => Members.Ranks(set),
        };
        long left = offset < 0 ? 0 : Math.Max(0, (long)high - low - offset);
        count = (int)(limit < 0 ? left : Math.Min(left, limit));
        first = count == 0 ? 0 : fromEnd ? high - 1 - (int)offset : low + (int)offset;
        return true;
    }

    private (int Low, int High) Ranks(int length, bool fromEnd)
    {
        (int start, int count) = IndexRange.Of(Start, End, length);
        return fromEnd ? (length - start - count, length - start) : (start, start + count);
    }

    private (int Low, int High) ScoreRanks(KvSortedSet set)
    {
        double min = BitConverter.Int64BitsToDouble(Start), max = BitConverter.Int64BitsToDouble(End);
        int low = set.RankOf(Excluded.HasFlag(RangeEnds.Lower) ? ScoreKey.AfterAll(min) : ScoreKey.Of(min, []));
        int high = set.RankOf(Excluded.HasFlag(RangeEnds.Upper) ? ScoreKey.Of(max, []) : ScoreKey.AfterAll(max));
        return (low, high);
    }

    private static bool TryScore(scoped ref CommandContext c, out long bits)
    {
        bool read = Scores.TryRead(ref c, out double score);
        bits = BitConverter.DoubleToInt64Bits(score);
        return read;
    }
}
