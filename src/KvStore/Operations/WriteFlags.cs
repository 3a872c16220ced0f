namespace KvStore.Operations;

/// <summary>
/// How a key is written, and when it expires. With <see cref="ExpiresIn"/> or <see cref="ExpiresAt"/> a further
/// argument tells the time.
/// </summary>
[Flags]
internal enum WriteFlags
{
    /// <summary>Write in any case; the key does not expire.</summary>
    None = 0,

    /// <summary>Only if there is no such key. Of Expire: only if it does not expire yet.</summary>
    IfAbsent = 1,

    /// <summary>Only if there is such a key. Of Expire: only if it expires already.</summary>
    IfPresent = 2,

    /// <summary>Reply with the value before.</summary>
    ReturnOld = 4,

    /// <summary>Reply with the revision after.</summary>
    ReturnRevision = 8,

    /// <summary>It goes on to expire when it would have.</summary>
    KeepExpiry = 16,

    /// <summary>It expires so many microseconds after the agreed time of the batch.</summary>
    ExpiresIn = 32,

    /// <summary>It expires at a time, microseconds since the Unix epoch.</summary>
    ExpiresAt = 64,

    /// <summary>Of Expire: only if that is later than before.</summary>
    IfLater = 128,

    /// <summary>Of Expire: only if that is earlier than before.</summary>
    IfEarlier = 256,

    /// <summary>Of GetAndExpire: it no longer expires.</summary>
    Persist = 512,

    /// <summary>All there are.</summary>
    All = 1023,
}
