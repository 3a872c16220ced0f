namespace KvStore;

/// <summary>A value with what is known of its entry.</summary>
/// <param name="Value">The value.</param>
/// <param name="Revision">Grows with every change of the entry, and never repeats, even when the key is deleted and put
/// again.</param>
/// <param name="ExpiresAt">When it ceases to exist, by agreed time; null if it does not.</param>
public sealed record KvVersioned(ReadOnlyMemory<byte> Value, long Revision, DateTimeOffset? ExpiresAt);
