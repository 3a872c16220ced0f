namespace Memcache.Client.Sealing;

/// <summary>What the cache said about a key.</summary>
/// <param name="Entry">The value whose seal is right; null: there is none.</param>
/// <param name="Cas">What is there now, for a write that replaces nothing else; null: the cache did not answer.</param>
/// <param name="HasWon">The cache wants this reader to renew it.</param>
/// <param name="IsTaken">The cache says that another reader renews it.</param>
internal sealed record CacheLookup(SealedEntry? Entry, ulong? Cas, bool HasWon, bool IsTaken);
