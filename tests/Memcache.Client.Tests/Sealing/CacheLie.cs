namespace Memcache.Client.Tests.Sealing;

/// <summary>How a test's server lies.</summary>
internal enum CacheLie
{
    None,

    /// <summary>It answers with the value of another key.</summary>
    OtherKey,

    /// <summary>It answers with the first value that the key ever had.</summary>
    OldestValue,

    /// <summary>It keeps what should be gone by time.</summary>
    NoExpiry,

    /// <summary>It changes a bit of each value.</summary>
    ChangedBit,

    /// <summary>It answers with random bytes as a value.</summary>
    RandomValue,

    /// <summary>It answers with bytes that are none of the protocol.</summary>
    NoProtocol,

    /// <summary>It never answers a get.</summary>
    Silence,

    /// <summary>It says that another reader renews the value.</summary>
    AlwaysTaken,

    /// <summary>The same, and it keeps what should be gone by time.</summary>
    TakenForEver,

    /// <summary>It confirms a delete and does nothing.</summary>
    NoDelete,
}
