namespace KvStore.Commands;

/// <summary>A member with its score. Ordered as in a sorted set.</summary>
/// <param name="Score">No NaN.</param>
/// <param name="Member">Its bytes, which stay as they are.</param>
internal readonly record struct ScoredMember(double Score, byte[] Member) : IComparable<ScoredMember>
{
    public int CompareTo(ScoredMember other)
    {
        int byScore = Score.CompareTo(other.Score);
        return byScore != 0 ? byScore : Member.AsSpan().SequenceCompareTo(other.Member);
    }
}
