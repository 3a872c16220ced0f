namespace KvStore;

/// <summary>A key of a listing.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value; null if the key holds a hash, list or set, or if values were not asked for.</param>
public sealed record KvPair(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
