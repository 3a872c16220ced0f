namespace Memcache.Client;

/// <summary>How a value is stored.</summary>
public sealed record MemcacheStoreOptions
{
    /// <summary>When and how.</summary>
    public MemcacheStoreMode Mode { get; init; } = MemcacheStoreMode.Set;

    /// <summary>How long the server may keep it; whole seconds, rounded up. Null: without end.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>A mark that readers get.</summary>
    public uint Flags { get; init; }

    /// <summary>Only if the key's value is the one that was read with this number.</summary>
    public ulong? Compare { get; init; }
}
