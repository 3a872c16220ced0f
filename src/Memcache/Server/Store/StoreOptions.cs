namespace Memcache.Server.Store;

/// <summary>How a <see cref="CacheStore"/> is made.</summary>
internal sealed record StoreOptions
{
    /// <summary>All memory for items, with their headers and the hash table, bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The largest item, as memcached counts it: with a header of 48 bytes, its key and its flags.</summary>
    public int ItemBytesMax { get; init; } = 1 << 20;

    /// <summary>Makes room by evicting items; otherwise what does not fit is refused.</summary>
    public bool Evicts { get; init; } = true;

    /// <summary>The secret of the hash function.</summary>
    public (ulong First, ulong Second) HashKey { get; init; }
}
