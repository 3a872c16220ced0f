namespace KvStore.Operations;

/// <summary>Which ends of a range do not belong to it.</summary>
[Flags]
internal enum RangeEnds
{
    /// <summary>Both ends belong to it.</summary>
    None = 0,

    /// <summary>The lower end does not.</summary>
    Lower = 1,

    /// <summary>The upper end does not.</summary>
    Upper = 2,

    /// <summary>Neither does.</summary>
    Both = 3,
}
