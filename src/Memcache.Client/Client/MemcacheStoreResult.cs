namespace Memcache.Client;

/// <summary>Whether a value was stored.</summary>
public enum MemcacheStoreResult
{
    /// <summary>It was.</summary>
    Stored = 0,

    /// <summary>Not: the condition of the mode did not hold.</summary>
    NotStored = 1,

    /// <summary>Not: the value has changed since it was read.</summary>
    Exists = 2,

    /// <summary>Not: there is no value to compare with.</summary>
    NotFound = 3,
}
