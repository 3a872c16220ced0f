namespace KvStore;

/// <summary>
/// Every bound of the store, in one place. They are part of the replicated behaviour: all replicas and clients of a
/// cluster use the same.
/// </summary>
public static class KvLimits
{
    /// <summary>The longest key, field name or set member, bytes. Longer ones are refused.</summary>
    public const int KeyBytesMax = 64 << 10;

    /// <summary>
    /// The longest value or list element, bytes: half a MiB, less what surrounds it in an operation. Longer ones are
    /// refused.
    /// </summary>
    public const int ValueBytesMax = (512 << 10) - 1024;

    /// <summary>
    /// The longest operation, bytes. A cluster that carries the store must admit operations of 1 MiB.
    /// </summary>
    public const int OperationBytesMax = (1 << 20) - 1024;

    /// <summary>
    /// The longest reply, bytes. What does not fit is an error without any effect, or the place where a pipeline stops.
    /// </summary>
    public const int ReplyBytesMax = (1 << 20) - 1024;

    /// <summary>The most commands in one pipeline or transaction.</summary>
    public const int CommandsMax = 4096;

    /// <summary>The most conditions of one transaction.</summary>
    public const int ConditionsMax = 1024;

    /// <summary>
    /// The most work of one operation. A command beyond what is left of it is refused before it changes anything. A
    /// pipeline stops there. One unit is about a byte that is copied and hashed, so all of it takes some 20 ms.
    /// </summary>
    public const long WorkMax = 16 << 20;

    /// <summary>What it counts to find, change or remove a key, field, member or element, units of work.</summary>
    public const int WorkPerLookup = 512;

    /// <summary>What it counts to pass by the next entry, field, member or element, units of work.</summary>
    public const int WorkPerStep = 64;

    /// <summary>
    /// What it counts to copy a collection, units of work. The copy shares everything at first, and later changes copy
    /// what they meet.
    /// </summary>
    public const int WorkPerCopy = 256 << 10;

    /// <summary>The most entries that one listing looks at. A listing says where to go on.</summary>
    public const int ListEntriesMax = 4096;

    /// <summary>The most keys and prefixes that one question for changes names.</summary>
    public const int WatchedMax = 64;

    /// <summary>The longest time that changes are recorded for without being asked again, microseconds.</summary>
    public const long RecordMicrosMax = 300_000_000;

    /// <summary>What recorded changes take at most, bytes. The oldest go first.</summary>
    public const int RecentBytesMax = 1 << 20;

    /// <summary>So many bytes of recorded changes go at a time.</summary>
    public const int RecentPageBytes = 64 << 10;

    /// <summary>The first bytes of a string, so many, are recorded with a change.</summary>
    public const int ChangeValueBytesMax = 256;

    /// <summary>The most elements of a collection that a description of it looks at.</summary>
    public const int DescribedElementsMax = 512;

    /// <summary>
    /// The most expired entries whose memory one batch reclaims; the rest waits, invisible, for the next batch.
    /// </summary>
    public const int ReclaimedPerBatchMax = 1024;

    /// <summary>The latest time an entry may expire at, microseconds since the Unix epoch: year 9999.</summary>
    public const long ExpiryMicrosMax = 253_402_300_799_999_999;

    /// <summary>
    /// What an entry is taken to cost beyond its key and value when the size of the state is counted, bytes.
    /// </summary>
    public const int EntryOverheadBytes = 192;

    /// <summary>What a field, member or element is taken to cost beyond its bytes, bytes.</summary>
    public const int ElementOverheadBytes = 80;

    /// <summary>The smallest bound of the whole state that a cluster may be given, counted bytes.</summary>
    public const long StateBytesMaxMin = 1 << 20;

    /// <summary>The default bound of the whole state, counted bytes. Writes beyond it are refused.</summary>
    public const long StateBytesMaxDefault = 16L << 30;
}
