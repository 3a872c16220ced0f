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
    ];
}
