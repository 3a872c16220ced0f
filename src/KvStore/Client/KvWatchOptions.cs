namespace KvStore;

/// <summary>Which keys a watch is about, and how often it asks.</summary>
public sealed record KvWatchOptions
{
    /// <summary>Single keys. Together with the prefixes 1 to <see cref="KvLimits.WatchedMax"/>.</summary>
    public IReadOnlyCollection<KvBytes> Keys { get; init; } = [];

    /// <summary>Keys that begin so; the empty prefix is every key.</summary>
    public IReadOnlyCollection<KvBytes> Prefixes { get; init; } = [];

    /// <summary>How long the watch waits before it asks again, after changes came.</summary>
    public TimeSpan IntervalMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The wait doubles up to this while nothing comes.</summary>
    public TimeSpan IntervalMax { get; init; } = TimeSpan.FromMilliseconds(250);
}
