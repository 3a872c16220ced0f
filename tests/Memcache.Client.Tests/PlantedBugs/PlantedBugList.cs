using BuggyCopies;

namespace Memcache.Client.Tests.PlantedBugs;

/// <summary>Each binding and bound of the sealed cache, taken out.</summary>
internal static class PlantedBugList
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("a seal is bound to no key", "Sealing/Seal.cs",
            "[Version, .. Encoding.UTF8.GetBytes(key)]", "[Version]", "other keys"),
        new("names follow from keys without the secret", "Sealing/Seal.cs",
            "HMACSHA256.HashData(_nameKey, Encoding.UTF8.GetBytes(key))",
            "SHA256.HashData(Encoding.UTF8.GetBytes(key))",
            "names"),
        new("the snapshot is not compared", "Sealing/ValueWish.cs",
            "entry is null || entry.Content.Snapshot < AtLeast", "entry is null", "older values"),
        new("the reader's age limit is not compared", "Sealing/ValueWish.cs",
            "now - entry.ReadAt <= MaxAge + staleFor && now <= entry.FreshUntil + staleFor",
            "now <= entry.FreshUntil + TimeSpan.FromDays(1)", "expired values"),
        new("the writer's age limit is not compared", "Sealing/ValueWish.cs",
            " && now <= entry.FreshUntil + staleFor", "", "the writer's limit"),
        new("a time of reading may be to come", "Sealing/ValueWish.cs",
            "if (entry.ReadAt - now > Options.ClockSkewMax) return false;", "", "times to come"),
        new("old values have no end", "Sealing/ValueWish.cs",
            "Takes(entry, now, Options.StaleFor)", "Takes(entry, now, TimeSpan.FromDays(1))", "stale for ever"),
        new("StaleFor is ignored", "Sealing/ValueWish.cs",
            "Takes(entry, now, Options.StaleFor)", "Takes(entry, now, TimeSpan.Zero)", "stale while renewed"),
        new("a failing reader keeps its lease", "Sealing/SealedCache.cs",
            "catch when (found is { HasWon: true, Cas: not null })", "catch when (found is { Cas: 0 })",
            "a failing reader"),
        new("a failed renewal is not left to others", "Sealing/SealedCache.cs",
            "catch when (found is { HasWon: true, Cas: not null })", "catch when (found is { Cas: 0 })",
            "a failing renewal"),
        new("a reader waits as long as the cache says", "Sealing/SealedCache.cs",
            "_options.TimeProvider.GetElapsedTime(start) >= _options.LeaseTime", "false", "always taken"),
        new("each caller reads", "Sealing/SealedCache.cs",
            "bool isMine = !_flights.TryGetValue(name, out flight!);",
            "bool isMine = true; flight = null!;", "one read"),
        new("no lease is asked for", "Sealing/SealedCache.cs",
            "Request.Get(wish.Name, _leaseSeconds, _staleSeconds)", "Request.Get(wish.Name, 0, 0)", "one read"),
        new("a late reader puts an old value back", "Sealing/SealedCache.cs",
            "Request.ExpiryOf(life, Now), cas)", "Request.ExpiryOf(life, Now), null)", "a late reader"),
        new("a reading from before an invalidation is joined", "Sealing/SealedCache.cs",
            "lock (_gate) _flights.Remove(name);", "", "a late joiner"),
        new("what was read for another is always taken", "Sealing/SealedCache.cs",
            "if (isMine || wish.Takes(entry, Now)) return wish.Checked(entry);", "return entry.Content;",
            "a joiner that knows more"),
    ];
}
