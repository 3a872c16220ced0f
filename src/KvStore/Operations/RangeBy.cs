namespace KvStore.Operations;

/// <summary>What the ends of a range in a sorted set are.</summary>
internal enum RangeBy
{
    /// <summary>Two inclusive indices, of which negative ones count from the end.</summary>
    Rank = 0,

    /// <summary>Two scores.</summary>
    Score = 1,

    /// <summary>Two members; nil is before all, true behind all.</summary>
    Member = 2,
}
