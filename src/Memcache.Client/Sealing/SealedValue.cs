namespace Memcache.Client;

/// <summary>What a read of the database gave.</summary>
/// <param name="Value">The value; null: there is none.</param>
/// <param name="Snapshot">Grows with the database's changes: a value with a greater number is no older. Not below
/// 0.</param>
public sealed record SealedValue(ReadOnlyMemory<byte>? Value, long Snapshot);
