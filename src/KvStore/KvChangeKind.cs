namespace KvStore;

/// <summary>What happened to a key. Records hold the numbers up to <see cref="Cleared"/>.</summary>
public enum KvChangeKind
{
    /// <summary>The key was deleted, or its collection became empty.</summary>
    Deleted = 0,

    /// <summary>The key was written, or its expiry was, and it holds a string.</summary>
    String = 1,

    /// <summary>As <see cref="String"/>, and it holds a hash.</summary>
    Hash = 2,

    /// <summary>As <see cref="String"/>, and it holds a list.</summary>
    List = 3,

    /// <summary>As <see cref="String"/>, and it holds a set.</summary>
    Set = 4,

    /// <summary>As <see cref="String"/>, and it holds a sorted set.</summary>
    SortedSet = 5,

    /// <summary>The key's time to live was over, and its entry was removed.</summary>
    Expired = 6,

    /// <summary>Every key was deleted at once.</summary>
    Cleared = 7,

    /// <summary>No change: the watch has begun, and tells every change behind this revision.</summary>
    Begun = 8,

    /// <summary>No change: changes up to this revision were not kept for this watch, which goes on behind it.</summary>
    Missed = 9,
}
