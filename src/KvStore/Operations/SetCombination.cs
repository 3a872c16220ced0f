namespace KvStore.Operations;

/// <summary>What a command makes of several sets.</summary>
internal enum SetCombination
{
    /// <summary>The members that all sets have.</summary>
    Intersection = 0,

    /// <summary>The members that any set has.</summary>
    Union = 1,

    /// <summary>The members of the first set that no other has.</summary>
    Difference = 2,
}
