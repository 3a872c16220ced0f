namespace Memcache.Server.Store;

/// <summary>What a block of the arena is used for.</summary>
internal enum BlockUse : byte
{
    Free,

    /// <summary>Slots of the hash table.</summary>
    Table,

    /// <summary>Items that were stored a short time ago.</summary>
    Probation,

    /// <summary>Items that were asked for while they were on probation.</summary>
    Main,
}

/// <summary>What is known of a block. It lies beside the arena, and is counted as the cache's memory.</summary>
internal struct BlockState
{
    /// <summary>The neighbours in its queue; -1 for none.</summary>
    public int Previous, Next;

    /// <summary>Bytes that were given out, from the block's beginning.</summary>
    public int Used;

    /// <summary>Those of them that belong to items which are still there.</summary>
    public int Live;

    /// <summary>Connections that read or write here: the block is not given to others meanwhile.</summary>
    public int Pins;

    public BlockUse Use;
}
