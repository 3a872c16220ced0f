namespace KvStore.Operations;

/// <summary>How members get their scores.</summary>
[Flags]
internal enum SortedSetFlags
{
    /// <summary>Every member gets the score. The reply counts the new ones.</summary>
    None = 0,

    /// <summary>Only new members.</summary>
    IfAbsent = 1,

    /// <summary>Only members that are there.</summary>
    IfPresent = 2,

    /// <summary>Of members that are there, only those whose score grows.</summary>
    IfGreater = 4,

    /// <summary>Of members that are there, only those whose score falls.</summary>
    IfLess = 8,

    /// <summary>The reply counts the members whose scores changed too.</summary>
    CountChanged = 16,

    /// <summary>The score is added to that of the one member. The reply is the sum; nil if it stays.</summary>
    Increment = 32,

    /// <summary>All there are.</summary>
    All = 63,
}
