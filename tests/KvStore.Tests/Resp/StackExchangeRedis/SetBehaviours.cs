using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Sets.</summary>
internal static class SetBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("members are added once", static async (db, seen) =>
        {
            await seen.AddAsync(db.SetAddAsync("s", "a"));
            await seen.AddAsync(db.SetAddAsync("s", "a"));
            await seen.AddAsync(db.SetAddAsync("s", ["a", "b", "c", "b"]));
            await seen.AddSortedAsync(db.SetMembersAsync("s"));
            await seen.AddAsync(db.SetLengthAsync("s"));
        }),
        new("membership", static async (db, seen) =>
        {
            await db.SetAddAsync("s", ["a", "b"]);
            await seen.AddAsync(db.SetContainsAsync("s", "a"));
            await seen.AddAsync(db.SetContainsAsync("s", "none"));
            await seen.AddAsync(db.SetContainsAsync("s", ["none", "b", "a"]));
            await seen.AddAsync(db.SetContainsAsync("none", ["a", "b"]));
        }),
        new("members are removed, and the set with the last", static async (db, seen) =>
        {
            await db.SetAddAsync("s", ["a", "b", "c"]);
            await seen.AddAsync(db.SetRemoveAsync("s", "a"));
            await seen.AddAsync(db.SetRemoveAsync("s", "a"));
            await seen.AddAsync(db.SetRemoveAsync("s", ["b", "c", "none"]));
            await seen.AddAsync(db.KeyExistsAsync("s"));
            await seen.AddAsync(db.SetMembersAsync("s"));
            await seen.AddAsync(db.SetLengthAsync("s"));
        }),
        new("SMOVE", static async (db, seen) =>
        {
            await db.SetAddAsync("s", ["a", "b"]);
            await db.SetAddAsync("t", "b");
            await seen.AddAsync(db.SetMoveAsync("s", "t", "a"));
            await seen.AddAsync(db.SetMoveAsync("s", "t", "none"));
            await seen.AddAsync(db.SetMoveAsync("s", "t", "b"));
            await seen.AddAsync(db.KeyExistsAsync("s"));
            await seen.AddSortedAsync(db.SetMembersAsync("t"));
        }),
        new("SSCAN visits each member once", static async (db, seen) =>
        {
            await db.SetAddAsync("s", [.. Enumerable.Range(0, 700).Select(static i => (RedisValue)$"m{i}")]);
            RedisValue[] all = await db.SetScanAsync("s", pageSize: 50).ToArrayAsync();
            seen.Add(all.Length);
            seen.Add(ResultText.Sorted(all));
            await seen.AddSortedAsync(db.SetScanAsync("s", "*7", pageSize: 10).ToArrayAsync().AsTask());
            await seen.AddAsync(db.SetScanAsync("none").ToArrayAsync().AsTask());
        }),
        new("members that are numbers and bytes", static async (db, seen) =>
        {
            await seen.AddAsync(db.SetAddAsync("s", [1, "1", 1.5, "1.5", new byte[] { 0, 255 }, ""]));
            await seen.AddSortedAsync(db.SetMembersAsync("s"));
        }),
        new("members of several sets", static async (db, seen) =>
        {
            await db.SetAddAsync("a", ["1", "2", "3"]);
            await db.SetAddAsync("b", ["2", "3", "4"]);
            await seen.AddSortedAsync(db.SetCombineAsync(SetOperation.Intersect, "a", "b"));
            await seen.AddSortedAsync(db.SetCombineAsync(SetOperation.Union, ["a", "b", "none"]));
            await seen.AddSortedAsync(db.SetCombineAsync(SetOperation.Difference, "a", "b"));
            await seen.AddAsync(db.SetCombineAsync(SetOperation.Intersect, "a", "none"));
            await seen.AddAsync(db.SetIntersectionLengthAsync(["a", "b"]));
            await seen.AddAsync(db.SetIntersectionLengthAsync(["a", "b"], 1));
            await db.StringSetAsync("text", "x");
            await seen.AddAsync(db.SetCombineAsync(SetOperation.Union, "a", "text"));
        }),
        new("members of several sets are stored", static async (db, seen) =>
        {
            await db.SetAddAsync("a", ["1", "2", "3"]);
            await db.SetAddAsync("b", ["2", "3", "4"]);
            await db.StringSetAsync("c", "x", TimeSpan.FromHours(1));
            await seen.AddAsync(db.SetCombineAndStoreAsync(SetOperation.Difference, "c", "a", "b"));
            await seen.AddAsync(db.SetMembersAsync("c"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("c"));
            await seen.AddAsync(db.SetCombineAndStoreAsync(SetOperation.Union, "a", ["a", "b"]));
            await seen.AddSortedAsync(db.SetMembersAsync("a"));
            await seen.AddAsync(db.SetCombineAndStoreAsync(SetOperation.Intersect, "a", "a", "none"));
            await seen.AddAsync(db.KeyExistsAsync("a"));
        }),
        new("members at random", static async (db, seen) =>
        {
            await db.SetAddAsync("s", "m");
            await seen.AddAsync(db.SetRandomMemberAsync("s"));
            await seen.AddAsync(db.SetRandomMembersAsync("s", -3));
            await seen.AddAsync(db.SetRandomMemberAsync("none"));
            await seen.AddAsync(db.SetPopAsync("s"));
            await seen.AddAsync(db.SetPopAsync("s"));
            await db.SetAddAsync("s", ["a", "b", "c"]);
            await seen.AddSortedAsync(db.SetRandomMembersAsync("s", 10));
            await seen.AddAsync(db.SetRandomMembersAsync("s", 2), static members => members.Distinct().Count());
            await seen.AddSortedAsync(db.SetPopAsync("s", 5));
            await seen.AddAsync(db.KeyExistsAsync("s"));
        }),
    ];
}
