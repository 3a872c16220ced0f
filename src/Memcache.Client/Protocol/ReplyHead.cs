namespace Memcache.Client.Protocol;

/// <summary>A reply as it lies in the input: what its line says, and where its value or text is.</summary>
internal struct ReplyHead
{
    public ReplyKind Kind;

    /// <summary>Where value or text begin in the input.</summary>
    public int Start;

    /// <summary>Their bytes.</summary>
    public int Length;

    /// <summary>The number that the request had; null: the reply does not repeat it.</summary>
    public ulong? Opaque;

    /// <summary>Of the item: what its writer marked it with.</summary>
    public uint ClientFlags;

    /// <summary>Of the item: grows with its changes.</summary>
    public ulong Cas;

    /// <summary>Seconds that the item still lives; -1: no end.</summary>
    public long TimeToLive;

    /// <summary>This request is the one that is to renew the item.</summary>
    public bool HasWon;

    /// <summary>Another request was told to renew the item.</summary>
    public bool IsTaken;

    /// <summary>The item was marked as old.</summary>
    public bool IsStale;
}
