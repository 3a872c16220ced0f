namespace KvStore.Operations;

/// <summary>What a command makes of the bits of several strings.</summary>
internal enum BitCombination
{
    /// <summary>The bits that are set in all strings.</summary>
    And = 0,

    /// <summary>The bits that are set in any string.</summary>
    Or = 1,

    /// <summary>The bits that are set in an odd number of strings.</summary>
    Xor = 2,

    /// <summary>The bits that are not set in the one string.</summary>
    Not = 3,
}
