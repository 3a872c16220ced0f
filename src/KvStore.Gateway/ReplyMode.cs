namespace KvStore.Gateway;

/// <summary>Which replies a client wants, as it says by CLIENT REPLY.</summary>
internal enum ReplyMode
{
    On,

    /// <summary>None.</summary>
    Off,

    /// <summary>All but the one to the next command.</summary>
    SkipNext,
}
