using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>What Redis has and the gateway has not.</summary>
internal static class AbsentBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("publish and subscribe", static async (_, seen) =>
        {
            await using ConnectionMultiplexer other = await seen.ConnectAsync();
            RedisChannel channel = RedisChannel.Literal("news");
            await seen.AddAsync(other.GetSubscriber().SubscribeAsync(channel, static (_, _) => { }));
            await seen.AddAsync(seen.Connection.GetSubscriber().PublishAsync(channel, "hello"));
        }),
        new("sorted sets", static async (db, seen) =>
        {
            await seen.AddAsync(db.SortedSetAddAsync("z", "m", 1.5));
            await seen.AddAsync(db.SortedSetScoreAsync("z", "m"));
            await seen.AddAsync(db.SortedSetRangeByRankAsync("z"));
        }),
        new("set algebra", static async (db, seen) =>
        {
            await db.SetAddAsync("a", ["1", "2"]);
            await db.SetAddAsync("b", ["2", "3"]);
            await seen.AddAsync(db.SetCombineAsync(SetOperation.Intersect, "a", "b"));
            await seen.AddSortedAsync(db.SetCombineAsync(SetOperation.Union, "a", "b"));
            await seen.AddAsync(db.SetCombineAndStoreAsync(SetOperation.Difference, "c", "a", "b"));
        }),
        new("members at random", static async (db, seen) =>
        {
            await db.SetAddAsync("s", "m");
            await seen.AddAsync(db.SetRandomMemberAsync("s"));
            await seen.AddAsync(db.SetPopAsync("s"));
            await db.HashSetAsync("h", "f", "v");
            await seen.AddAsync(db.HashRandomFieldAsync("h"));
            await seen.AddAsync(db.KeyRandomAsync());
        }),
        new("elements by their value", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b"]);
            await seen.AddAsync(db.ListInsertBeforeAsync("l", "b", "x"));
            await seen.AddAsync(db.ListPositionAsync("l", "b"));
            await seen.AddAsync(db.ListRemoveAsync("l", "a"));
        }),
        new("bits", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetBitAsync("k", 7, true));
            await seen.AddAsync(db.StringGetBitAsync("k", 7));
            await seen.AddAsync(db.StringBitCountAsync("k"));
        }),
        new("scripts", static async (db, seen) =>
        {
            await seen.AddAsync(db.ScriptEvaluateAsync("return redis.call('incr', KEYS[1])", ["n"]));
            await seen.AddAsync(db.KeyExistsAsync("n"));
        }),
        new("streams", static async (db, seen) =>
        {
            await seen.AddAsync(db.StreamAddAsync("x", "f", "v", "1-1"));
            await seen.AddAsync(db.StreamLengthAsync("x"));
        }),
        new("copies, dumps and encodings of keys", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyCopyAsync("k", "copy"));
            await seen.AddAsync(db.KeyDumpAsync("k"), static dump => dump is not null);
            await seen.AddAsync(db.KeyEncodingAsync("k"));
            await seen.AddAsync(db.KeyMoveAsync("none", 1));
        }),
        new("SORT", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["2", "1"]);
            await seen.AddAsync(db.SortAsync("l"));
        }),
        new("approximate counts and places", static async (db, seen) =>
        {
            await seen.AddAsync(db.HyperLogLogAddAsync("p", "m"));
            await seen.AddAsync(db.GeoAddAsync("g", 1, 2, "m"));
        }),
    ];
}
