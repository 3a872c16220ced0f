namespace Memcache.Server.Store;

/// <summary>When a value is stored, and what becomes of the one that is there.</summary>
internal enum StoreMode : byte
{
    /// <summary>In any case.</summary>
    Set,

    /// <summary>If the key has no item.</summary>
    Add,

    /// <summary>If the key has an item.</summary>
    Replace,

    /// <summary>Behind the value that is there.</summary>
    Append,

    /// <summary>Before the value that is there.</summary>
    Prepend,

    /// <summary>If the item has a certain CAS value.</summary>
    Cas,
}

/// <summary>What became of it.</summary>
internal enum StoreResult : byte
{
    Stored,
    NotStored,

    /// <summary>The item has another CAS value.</summary>
    Exists,

    /// <summary>There is no item to compare.</summary>
    NotFound,

    /// <summary>Larger than an item may be.</summary>
    TooLarge,

    /// <summary>There is no room, and none can be made.</summary>
    NoMemory,
}

/// <summary>A value that is to be stored, without the value itself.</summary>
internal struct ItemWrite
{
    public StoreMode Mode;

    /// <summary>The client's.</summary>
    public uint Flags;

    /// <summary>Seconds since 1970; 0: never.</summary>
    public uint ExpiresAt;

    /// <summary>The CAS value that the item must have; 0: any, unless <see cref="Mode"/> asks for one.</summary>
    public ulong Compare;

    /// <summary>The CAS value that the item gets; 0: the next one.</summary>
    public ulong Cas;

    /// <summary>An older <see cref="Compare"/> stores, too, and the item stays stale.</summary>
    public bool TakesStale;

    /// <summary>The key came in base64.</summary>
    public bool BinaryKey;
}
