namespace Memcache.Client;

/// <summary>When and how a value is stored.</summary>
public enum MemcacheStoreMode
{
    /// <summary>Always.</summary>
    Set = 0,

    /// <summary>Only if the key has no value.</summary>
    Add = 1,

    /// <summary>Only if the key has a value.</summary>
    Replace = 2,

    /// <summary>Behind the value that is there.</summary>
    Append = 3,

    /// <summary>In front of the value that is there.</summary>
    Prepend = 4,
}
