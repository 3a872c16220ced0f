namespace DepSky.Clouds.Faults;

/// <summary>How a cloud misbehaves; several at a time are possible.</summary>
[Flags]
internal enum CloudFaults
{
    /// <summary>It behaves.</summary>
    None = 0,

    /// <summary>Every operation fails with <see cref="CloudFailure.Unavailable"/>.</summary>
    Down = 1,

    /// <summary>Every operation takes <see cref="FaultyCloud.Delay"/> longer.</summary>
    Slow = 2,

    /// <summary>What is read differs from what is stored, in one byte or more.</summary>
    Corrupt = 4,

    /// <summary>
    /// It shows what it held when this fault began, and acknowledges writes and deletions without carrying them out.
    /// </summary>
    Stale = 8,

    /// <summary>Everything it held is gone; it still accepts writes, and loses them at once.</summary>
    Vanished = 16,

    /// <summary>Reads end early, and listings leave out every other object.</summary>
    Partial = 32,
}
