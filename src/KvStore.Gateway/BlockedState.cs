namespace KvStore.Gateway;

/// <summary>Where a blocked client stands.</summary>
internal enum BlockedState
{
    /// <summary>It waits, and may leave at any moment without an effect.</summary>
    Waiting,

    /// <summary>Its command is under way in the store.</summary>
    UnderWay,

    /// <summary>It has its outcome.</summary>
    Ended,
}
