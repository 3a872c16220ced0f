using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>The two ends of a range of members, in a sorted set whose members are to have one score.</summary>
internal readonly ref struct MemberBounds(MemberBound lower, MemberBound upper, RangeEnds excluded)
{
    private readonly MemberBound _lower = lower, _upper = upper;
    private readonly RangeEnds _excluded = excluded;

    /// <summary>The range in a set whose members all have one score.</summary>
    public (int Low, int High) Ranks(KvSortedSet set) =>
        set.Count == 0
            ? (0, 0)
            : (RankOf(set, _lower, _excluded.HasFlag(RangeEnds.Lower)),
                RankOf(set, _upper, !_excluded.HasFlag(RangeEnds.Upper)));

    /// <summary>
    /// The range in a set with different scores. It begins at the first member, in order, that is not before the one
    /// end, and ends before the next that is behind the other, as in Redis.
    /// </summary>
    public (int First, int Count) Walk(KvSortedSet set, bool fromEnd, long offset, long limit)
    {
        if (!IsAboveLower(set.At(set.Count - 1)) || !IsBelowUpper(set.At(0)) || offset < 0) return (0, 0);
        CowTreeCursor<KvSet.Present> cursor = set.WalkInOrder();
        int rank = fromEnd ? set.Count - 1 : 0, step = fromEnd ? -1 : 1;
        bool found = cursor.MoveTo(rank);
        while (found && !IsBehindStart(cursor.Key, fromEnd))
        {
            found = Move(cursor, fromEnd);
            rank += step;
        }
        if (!found || !IsBeforeStop(cursor.Key, fromEnd) || offset >= set.Count) return (0, 0);
        rank += step * (int)offset;
        int count = 0;
        for (found = cursor.MoveTo(rank); found && count != limit && IsBeforeStop(cursor.Key, fromEnd);
            found = Move(cursor, fromEnd)) count++;
        return (count == 0 ? 0 : rank, count);
    }

    private static int RankOf(KvSortedSet set, MemberBound bound, bool after)
    {
        if (bound.Infinity != 0) return bound.Infinity < 0 ? 0 : set.Count;
        double score = ScoreKey.ScoreOf(set.At(0));
        return set.RankOf(after ? ScoreKey.After(score, bound.Bytes) : ScoreKey.Of(score, bound.Bytes));
    }

    private static bool Move(CowTreeCursor<KvSet.Present> cursor, bool back) =>
        back ? cursor.MovePrevious() : cursor.MoveNext();

    private bool IsBehindStart(byte[] key, bool fromEnd) => fromEnd ? IsBelowUpper(key) : IsAboveLower(key);

    private bool IsBeforeStop(byte[] key, bool fromEnd) => fromEnd ? IsAboveLower(key) : IsBelowUpper(key);

    private bool IsAboveLower(byte[] key)
    {
        int order = _lower.Compare(ScoreKey.MemberOf(key));
        return order > 0 || order == 0 && !_excluded.HasFlag(RangeEnds.Lower);
    }

    private bool IsBelowUpper(byte[] key)
    {
        int order = _upper.Compare(ScoreKey.MemberOf(key));
        return order < 0 || order == 0 && !_excluded.HasFlag(RangeEnds.Upper);
    }
}
