namespace KvStore;

/// <summary>Where in the store a cache is.</summary>
public sealed record KvDistributedCacheOptions
{
    /// <summary>Put in front of every key, to keep the cache apart from other uses of the store.</summary>
    public string KeyPrefix { get; init; } = "cache:";
}
