namespace Memcache.Client.Sealing;

/// <summary>What a caller takes as the value of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Name">Its name in the cache.</param>
/// <param name="MaxAge">How long ago it may have been read.</param>
/// <param name="AtLeast">The least snapshot.</param>
/// <param name="Options">The cache's.</param>
internal sealed record ValueWish(string Key, string Name, TimeSpan MaxAge, long AtLeast, SealedCacheOptions Options)
{
    /// <summary>Whether an entry will do.</summary>
    public bool Takes(SealedEntry? entry, DateTimeOffset now) => Takes(entry, now, TimeSpan.Zero);

    /// <summary>Whether an entry will do while another reader renews it.</summary>
    public bool TakesStale(SealedEntry? entry, DateTimeOffset now) =>
        Options.StaleFor > TimeSpan.Zero && Takes(entry, now, Options.StaleFor);

    /// <exception cref="InvalidOperationException">It is older than this caller asked for.</exception>
    public SealedValue Checked(SealedEntry entry) => entry.Content.Snapshot >= AtLeast
        ? entry.Content
        : throw new InvalidOperationException(
            $"The database gave snapshot {entry.Content.Snapshot}, and {AtLeast} was asked for. Read where the caller "
            + "wrote, or from a source that has seen that snapshot.");

    private bool Takes(SealedEntry? entry, DateTimeOffset now, TimeSpan staleFor)
    {
        if (entry is null || entry.Content.Snapshot < AtLeast) return false;
        // A time of reading that is still to come would make a value young for ever.
        if (entry.ReadAt - now > Options.ClockSkewMax) return false;
        return now - entry.ReadAt <= MaxAge + staleFor && now <= entry.FreshUntil + staleFor;
    }
}
