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
        new("dumps and encodings of keys", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
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
