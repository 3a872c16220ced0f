namespace Memcache.Client;

/// <summary>What a server has under a key.</summary>
/// <param name="Value">The value.</param>
/// <param name="Flags">What its writer marked it with.</param>
/// <param name="Cas">Differs after each change; <see cref="MemcacheStoreOptions.Compare"/> takes it.</param>
public sealed record MemcacheItem(ReadOnlyMemory<byte> Value, uint Flags, ulong Cas);
