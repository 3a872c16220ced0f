namespace Memcache.Client;

/// <summary>How a sealed cache keeps and renews values.</summary>
public sealed record SealedCacheOptions
{
    /// <summary>Keeps caches of one key apart: values of one space are none in another.</summary>
    public string Space { get; init; } = "";

    /// <summary>
    /// How much older than its age limit a value may be while one reader renews it: the others get the old value, and
    /// do not wait. Zero: they wait.
    /// </summary>
    public TimeSpan StaleFor { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// How long readers wait for one of another process that reads the database. Then they read it themselves. Whole
    /// seconds, rounded up.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How far the clocks of the cache's users may differ.</summary>
    public TimeSpan ClockSkewMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock of ages.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    internal void Check()
    {
        if (StaleFor < TimeSpan.Zero || ClockSkewMax < TimeSpan.Zero || LeaseTime <= TimeSpan.Zero)
            throw new ArgumentException("Times of a sealed cache are not negative, and its lease is above zero.");
        if (StaleFor > TimeSpan.FromDays(365) || LeaseTime > TimeSpan.FromMinutes(5))
            throw new ArgumentException("Values are stale for at most 365 days, and a lease lasts at most 5 minutes.");
    }
}
