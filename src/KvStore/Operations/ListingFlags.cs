namespace KvStore.Operations;

/// <summary>What a listing of keys tells besides the keys, and what a hash tells of its fields.</summary>
[Flags]
internal enum ListingFlags
{
    /// <summary>Keys or fields alone.</summary>
    None = 0,

    /// <summary>Keys or fields.</summary>
    Keys = 1,

    /// <summary>Values; of a key that holds no string: nil.</summary>
    Values = 2,

    /// <summary>Types of values.</summary>
    Types = 4,
}
