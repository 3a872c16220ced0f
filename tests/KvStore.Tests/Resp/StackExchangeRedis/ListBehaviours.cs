using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Lists.</summary>
internal static class ListBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("elements pushed at both ends", static async (db, seen) =>
        {
            await seen.AddAsync(db.ListRightPushAsync("l", "b"));
            await seen.AddAsync(db.ListRightPushAsync("l", ["c", "d"]));
            await seen.AddAsync(db.ListLeftPushAsync("l", ["a", "0"]));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListLengthAsync("l"));
        }),
        new("push only to a list that is there", static async (db, seen) =>
        {
            await seen.AddAsync(db.ListLeftPushAsync("l", "a", When.Exists));
            await seen.AddAsync(db.ListRightPushAsync("l", "a", When.Exists));
            await db.ListRightPushAsync("l", "a");
            await seen.AddAsync(db.ListLeftPushAsync("l", "b", When.Exists));
            await seen.AddAsync(db.ListRightPushAsync("l", "c", When.Exists));
            await seen.AddAsync(db.ListRangeAsync("l"));
        }),
        new("elements popped at both ends", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c"]);
            await seen.AddAsync(db.ListLeftPopAsync("l"));
            await seen.AddAsync(db.ListRightPopAsync("l"));
            await seen.AddAsync(db.ListLeftPopAsync("l"));
            await seen.AddAsync(db.ListLeftPopAsync("l"));
            await seen.AddAsync(db.KeyExistsAsync("l"));
        }),
        new("many elements popped at once", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c", "d", "e"]);
            await seen.AddAsync(db.ListLeftPopAsync("l", 2));
            await seen.AddAsync(db.ListRightPopAsync("l", 2));
            await seen.AddAsync(db.ListLeftPopAsync("l", 0));
            await seen.AddAsync(db.ListRightPopAsync("l", 100));
            await seen.AddAsync(db.ListLeftPopAsync("l", 1));
        }),
        new("LRANGE", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c", "d"]);
            foreach ((long start, long stop) in ((long, long)[])[(1, 2), (-2, -1), (2, 1), (9, 12), (-99, 99)])
                await seen.AddAsync(db.ListRangeAsync("l", start, stop));
            await seen.AddAsync(db.ListRangeAsync("none"));
        }),
        new("an element by its index", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c"]);
            foreach (long index in (long[])[0, 2, -1, -3, 3, -4])
                await seen.AddAsync(db.ListGetByIndexAsync("l", index));
            await seen.AddAsync(db.ListGetByIndexAsync("none", 0));
            await seen.AddAsync(db.ListSetByIndexAsync("l", 1, "x"));
            await seen.AddAsync(db.ListSetByIndexAsync("l", -1, "y"));
            await seen.AddAsync(db.ListSetByIndexAsync("l", 3, "z"));
            await seen.AddAsync(db.ListSetByIndexAsync("none", 0, "z"));
            await seen.AddAsync(db.ListRangeAsync("l"));
        }),
        new("LTRIM", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c", "d", "e"]);
            await seen.AddAsync(db.ListTrimAsync("l", 1, -2));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListTrimAsync("l", 5, 9));
            await seen.AddAsync(db.KeyExistsAsync("l"));
            await seen.AddAsync(db.ListTrimAsync("none", 0, 1));
        }),
        new("LMOVE", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c"]);
            await seen.AddAsync(db.ListMoveAsync("l", "m", ListSide.Left, ListSide.Right));
            await seen.AddAsync(db.ListMoveAsync("l", "m", ListSide.Right, ListSide.Left));
            await seen.AddAsync(db.ListMoveAsync("l", "l", ListSide.Left, ListSide.Right));
            await seen.AddAsync(db.ListMoveAsync("none", "m", ListSide.Left, ListSide.Right));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListRangeAsync("m"));
        }),
        new("RPOPLPUSH", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b"]);
            await seen.AddAsync(db.ListRightPopLeftPushAsync("l", "l"));
            await seen.AddAsync(db.ListRightPopLeftPushAsync("l", "m"));
            await seen.AddAsync(db.ListRightPopLeftPushAsync("none", "m"));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListRangeAsync("m"));
        }),
        new("a list of ten thousand elements", static async (db, seen) =>
        {
            RedisValue[] elements = [.. Enumerable.Range(0, 10_000).Select(static i => (RedisValue)i)];
            foreach (RedisValue[] part in elements.Chunk(1_000)) await db.ListRightPushAsync("l", part);
            await seen.AddAsync(db.ListLengthAsync("l"));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListGetByIndexAsync("l", 7_777));
        }),
        new("elements by their value", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "a", "c", "a"]);
            await seen.AddAsync(db.ListInsertBeforeAsync("l", "b", "x"));
            await seen.AddAsync(db.ListInsertAfterAsync("l", "c", "y"));
            await seen.AddAsync(db.ListInsertAfterAsync("l", "none", "y"));
            await seen.AddAsync(db.ListInsertBeforeAsync("none", "a", "y"));
            await seen.AddAsync(db.ListPositionAsync("l", "a", rank: 2));
            await seen.AddAsync(db.ListPositionAsync("l", "none"));
            await seen.AddAsync(db.ListPositionsAsync("l", "a", 2, rank: -1));
            await seen.AddAsync(db.ListRemoveAsync("l", "a", -2));
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListRemoveAsync("l", "a"));
            await seen.AddAsync(db.ListRemoveAsync("l", "none"));
        }),
        new("LMPOP takes from the first list that is there", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b", "c"]);
            await seen.AddAsync(
                db.ListLeftPopAsync([(RedisKey)"none", "l"], 2),
                static popped => $"{popped.Key}: {ResultText.Of(popped.Values)}");
            await seen.AddAsync(db.ListRightPopAsync([(RedisKey)"l"], 2), static popped => popped.Values.Length);
            await seen.AddAsync(db.ListRightPopAsync([(RedisKey)"l"], 2), static popped => popped.IsNull);
        }),
    ];
}
