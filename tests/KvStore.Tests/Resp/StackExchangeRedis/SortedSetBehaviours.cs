using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Sorted sets.</summary>
internal static class SortedSetBehaviours
{
    private static readonly SortedSetEntry[] s_entries = [new("a", 1), new("b", 2.5), new("c", 2.5), new("d", -1)];

    public static IEnumerable<Behaviour> All =>
    [
        new("scores of members", static async (db, seen) =>
        {
            await seen.AddAsync(db.SortedSetAddAsync("z", "m", 1.5));
            await seen.AddAsync(db.SortedSetAddAsync("z", "m", 2));
            await seen.AddAsync(db.SortedSetAddAsync("z", s_entries));
            await seen.AddAsync(db.SortedSetScoreAsync("z", "m"));
            await seen.AddAsync(db.SortedSetScoreAsync("z", "none"));
            await seen.AddAsync(db.SortedSetScoresAsync("z", ["a", "none", "d"]));
            await seen.AddAsync(db.SortedSetLengthAsync("z"));
            await seen.AddAsync(db.KeyTypeAsync("z"));
        }),
        new("conditions on scores", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await seen.AddAsync(db.SortedSetAddAsync("z", "a", 5, SortedSetWhen.NotExists));
            await seen.AddAsync(db.SortedSetUpdateAsync("z", "a", 0, SortedSetWhen.GreaterThan));
            await seen.AddAsync(db.SortedSetUpdateAsync("z", "a", 9, SortedSetWhen.GreaterThan));
            await seen.AddAsync(db.SortedSetAddAsync("z", "new", 5, SortedSetWhen.Exists));
            await seen.AddAsync(db.SortedSetRangeByRankWithScoresAsync("z"));
        }),
        new("scores are added to", static async (db, seen) =>
        {
            await seen.AddAsync(db.SortedSetIncrementAsync("z", "m", 0.1));
            await seen.AddAsync(db.SortedSetIncrementAsync("z", "m", 0.2));
            await seen.AddAsync(db.SortedSetDecrementAsync("z", "m", 5));
            await seen.AddAsync(db.SortedSetIncrementAsync("z", "m", double.PositiveInfinity));
            await seen.AddAsync(db.SortedSetIncrementAsync("z", "m", double.NegativeInfinity));
        }),
        new("ranks", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await seen.AddAsync(db.SortedSetRankAsync("z", "c"));
            await seen.AddAsync(db.SortedSetRankAsync("z", "c", Order.Descending));
            await seen.AddAsync(db.SortedSetRankAsync("z", "none"));
        }),
        new("ranges by rank, score and member", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await db.SortedSetAddAsync("y", [new("a", 0), new("b", 0), new("c", 0)]);
            await seen.AddAsync(db.SortedSetRangeByRankAsync("z", 1, -1));
            await seen.AddAsync(db.SortedSetRangeByRankAsync("z", 0, 1, Order.Descending));
            await seen.AddAsync(db.SortedSetRangeByScoreWithScoresAsync("z", 1, 2.5, Exclude.Start));
            await seen.AddAsync(db.SortedSetRangeByScoreAsync("z", order: Order.Descending, skip: 1, take: 2));
            await seen.AddAsync(db.SortedSetRangeByValueAsync("y", "a", "c", Exclude.Stop));
            await seen.AddAsync(db.SortedSetRangeByValueAsync("y", order: Order.Descending, take: 2));
            await seen.AddAsync(db.SortedSetLengthAsync("z", 1, 2));
            await seen.AddAsync(db.SortedSetLengthByValueAsync("y", "b", "c"));
            await seen.AddAsync(db.SortedSetRangeAndStoreAsync(
                "z", "x", 0, 2.5, SortedSetOrder.ByScore, Exclude.None, Order.Ascending, 0, 2));
            await seen.AddAsync(db.SortedSetRangeByRankWithScoresAsync("x"));
        }),
        new("members and ranges are removed", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await seen.AddAsync(db.SortedSetRemoveAsync("z", "a"));
            await seen.AddAsync(db.SortedSetRemoveAsync("z", ["a", "b"]));
            await seen.AddAsync(db.SortedSetRemoveRangeByRankAsync("z", 0, 0));
            await seen.AddAsync(db.SortedSetRemoveRangeByScoreAsync("z", 0, 1));
            await seen.AddAsync(db.SortedSetRemoveRangeByValueAsync("z", "c", "c"));
            await seen.AddAsync(db.KeyExistsAsync("z"));
        }),
        new("the first and the last are popped", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await seen.AddAsync(db.SortedSetPopAsync("z"));
            await seen.AddAsync(db.SortedSetPopAsync("z", Order.Descending));
            await seen.AddAsync(db.SortedSetPopAsync("z", 5));
            await seen.AddAsync(db.SortedSetPopAsync("z"));
            await seen.AddAsync(db.SortedSetPopAsync("z", 5));
        }),
        new("unions, intersections and differences", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", s_entries);
            await db.SortedSetAddAsync("y", [new("a", 10), new("b", 20), new("x", 0.1)]);
            RedisKey[] keys = ["z", "y"];
            await seen.AddAsync(db.SortedSetCombineWithScoresAsync(SetOperation.Union, keys, [2, 0.5], Aggregate.Max));
            await seen.AddAsync(db.SortedSetCombineWithScoresAsync(SetOperation.Intersect, keys));
            await seen.AddAsync(db.SortedSetCombineAsync(SetOperation.Difference, keys));
            await seen.AddAsync(db.SortedSetCombineAndStoreAsync(SetOperation.Union, "u", keys, [1, -1]));
            await seen.AddAsync(db.SortedSetRangeByRankWithScoresAsync("u"));
            await seen.AddAsync(db.SortedSetIntersectionLengthAsync(keys, 1));
        }),
        new("ZSCAN visits each member once", static async (db, seen) =>
        {
            await db.SortedSetAddAsync(
                "z", [.. Enumerable.Range(0, 500).Select(static i => new SortedSetEntry($"m{i}", i / 4.0))]);
            SortedSetEntry[] all = await db.SortedSetScanAsync("z", pageSize: 50).ToArrayAsync();
            seen.Add(all.Length);
            seen.Add(ResultText.Sorted(all));
            await seen.AddAsync(db.SortedSetScanAsync("none").ToArrayAsync().AsTask());
        }),
        new("a member at random", static async (db, seen) =>
        {
            await db.SortedSetAddAsync("z", "m", 1);
            await seen.AddAsync(db.SortedSetRandomMemberAsync("z"));
            await seen.AddAsync(db.SortedSetRandomMembersAsync("z", -2));
            await seen.AddAsync(db.SortedSetRandomMembersWithScoresAsync("z", 3));
        }),
    ];
}
