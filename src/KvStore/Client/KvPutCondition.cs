namespace KvStore;

/// <summary>When a value is put.</summary>
public enum KvPutCondition
{
    /// <summary>In any case.</summary>
    Always = 0,

    /// <summary>Only if there is no such key.</summary>
    IfAbsent = 1,

    /// <summary>Only if there is such a key.</summary>
    IfPresent = 2,
}
