namespace KvStore.State;

/// <summary>
/// The bytes of a snapshot, as elements: <see cref="Version"/>, revision, number of entries, and the entries in the
/// order of their keys. An entry is its key, type, revision, expiry (or nil), and content. The content of a string is
/// its bytes. A hash has the number of fields, then each with its value. A list has the position of its first element
/// and the number of elements, then each. A set has the number of members, then each. A sorted set has the number of
/// members, then each with the bits of its score, in the order of the members. Equal states have equal bytes.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>Changes when the format does.</summary>
    public const int Version = 2;

    /// <summary>
    /// The same while changes are recorded. Behind the number of entries stand the time at which recording ends, the
    /// revision behind which all changes are kept, the number of pages, and each page of <see cref="RecentChanges"/>.
    /// </summary>
    public const int VersionWithChanges = 3;

    /// <summary>The same without sorted sets. It is read, and no longer written.</summary>
    public const int VersionBefore = 1;

    /// <summary>No piece that is written or read at once is longer: a key or field with a value, and headers.</summary>
    public const int PieceBytesMax = KvLimits.KeyBytesMax + KvLimits.ValueBytesMax + 256;
}
