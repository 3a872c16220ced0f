namespace Memcache.Client.Sealing;

/// <summary>A value as it is sealed.</summary>
/// <param name="Content">What the database gave.</param>
/// <param name="ReadAt">A moment before it was read.</param>
/// <param name="FreshUntil">Its writer's age limit, as a time.</param>
internal sealed record SealedEntry(SealedValue Content, DateTimeOffset ReadAt, DateTimeOffset FreshUntil);
