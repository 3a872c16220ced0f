namespace KvStore.Operations;

/// <summary>The score of a member that several sorted sets have.</summary>
internal enum ScoreAggregate
{
    /// <summary>The sum. That of both infinities is 0.</summary>
    Sum = 0,

    /// <summary>The smallest.</summary>
    Min = 1,

    /// <summary>The largest.</summary>
    Max = 2,
}
