namespace Memcache.Client;

/// <summary>Where among a cache's keys an application's are.</summary>
public sealed record MemcacheDistributedCacheOptions
{
    /// <summary>
    /// Put in front of every key, to keep the application's apart from others'. At most 100 bytes, none of them a space
    /// or control character.
    /// </summary>
    public string KeyPrefix { get; init; } = "cache:";
}
