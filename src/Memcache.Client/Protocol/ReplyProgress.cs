namespace Memcache.Client.Protocol;

/// <summary>How far a reply was read.</summary>
internal enum ReplyProgress
{
    /// <summary>More bytes have to come.</summary>
    NeedsMore,

    /// <summary>It is whole.</summary>
    Whole,

    /// <summary>No server of the protocol answers so.</summary>
    Malformed,
}
