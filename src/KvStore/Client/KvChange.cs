namespace KvStore;

/// <summary>A change of a watched key, or news of the watch itself.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Revision">The store's revision after the change. For <see cref="KvChangeKind.Begun"/> and
/// <see cref="KvChangeKind.Missed"/>: every later change is told.</param>
/// <param name="Time">The agreed time of the change; null for news of the watch.</param>
/// <param name="Key">The key; empty for news of the watch and for <see cref="KvChangeKind.Cleared"/>.</param>
/// <param name="Size">The string's length, bytes, or the number of elements. For <see cref="KvChangeKind.Missed"/>: how
/// many changes of all keys were missed.</param>
/// <param name="Value">The first bytes of the string, at most <see cref="KvLimits.ChangeValueBytesMax"/>; null if the
/// key holds none.</param>
public sealed record KvChange(
    KvChangeKind Kind, long Revision, DateTimeOffset? Time, ReadOnlyMemory<byte> Key, long Size,
    ReadOnlyMemory<byte>? Value)
{
    internal static KvChange News(KvChangeKind kind, long revision, long size) => new(
        kind, revision, null, default, size, null);
}
