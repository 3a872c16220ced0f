using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Wrong use, and what the client's user is told of it.</summary>
internal static class ErrorBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("commands of strings on other types", static async (db, seen) =>
        {
            await db.SetAddAsync("s", "m");
            await seen.AddAsync(db.StringGetAsync("s"));
            await seen.AddAsync(db.StringIncrementAsync("s"));
            await seen.AddAsync(db.StringAppendAsync("s", "x"));
            await seen.AddAsync(db.StringLengthAsync("s"));
            await seen.AddAsync(db.StringGetRangeAsync("s", 0, 1));
            await seen.AddAsync(db.StringSetRangeAsync("s", 0, "x"));
            await seen.AddAsync(db.StringGetSetAsync("s", "x"));
            await seen.AddAsync(db.StringSetAndGetAsync("s", "x"));
            await seen.AddAsync(db.StringGetDeleteAsync("s"));
            await seen.AddAsync(db.StringGetWithExpiryAsync("s"));
            await seen.AddAsync(db.SetLengthAsync("s"));
        }),
        new("commands of hashes on other types", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.HashGetAsync("k", "f"));
            await seen.AddAsync(db.HashGetAsync("k", ["f", "g"]));
            await seen.AddAsync(db.HashSetAsync("k", "f", "v"));
            await seen.AddAsync(db.HashSetAsync("k", "f", "v", When.NotExists));
            await seen.AddAsync(db.HashIncrementAsync("k", "f"));
            await seen.AddAsync(db.HashGetAllAsync("k"));
            await seen.AddAsync(db.HashDeleteAsync("k", "f"));
            await seen.AddAsync(db.HashScanAsync("k").ToArrayAsync().AsTask());
        }),
        new("commands of lists on other types", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await db.ListRightPushAsync("l", "e");
            await seen.AddAsync(db.ListRightPushAsync("k", "e"));
            await seen.AddAsync(db.ListLeftPopAsync("k"));
            await seen.AddAsync(db.ListRangeAsync("k"));
            await seen.AddAsync(db.ListGetByIndexAsync("k", 0));
            await seen.AddAsync(db.ListTrimAsync("k", 0, 1));
            await seen.AddAsync(db.ListMoveAsync("l", "k", ListSide.Left, ListSide.Left));
            await seen.AddAsync(db.ListLengthAsync("l"));
        }),
        new("commands of sets on other types", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await db.SetAddAsync("s", "m");
            await seen.AddAsync(db.SetAddAsync("k", "m"));
            await seen.AddAsync(db.SetRemoveAsync("k", "m"));
            await seen.AddAsync(db.SetMembersAsync("k"));
            await seen.AddAsync(db.SetContainsAsync("k", "m"));
            await seen.AddAsync(db.SetMoveAsync("s", "k", "m"));
            await seen.AddAsync(db.SetScanAsync("k").ToArrayAsync().AsTask());
            await seen.AddAsync(db.SetLengthAsync("s"));
        }),
        new("commands that do not exist", static async (db, seen) =>
        {
            await seen.AddAsync(db.ExecuteAsync("NOSUCH"));
            await seen.AddAsync(db.ExecuteAsync("NOSUCH", "with", "arguments", 3));
            await seen.AddAsync(db.PingAsync(), static elapsed => elapsed > TimeSpan.Zero);
        }),
        new("commands with too few and too many arguments", static async (db, seen) =>
        {
            await seen.AddAsync(db.ExecuteAsync("GET"));
            await seen.AddAsync(db.ExecuteAsync("GET", "a", "b"));
            await seen.AddAsync(db.ExecuteAsync("SET", "a"));
            await seen.AddAsync(db.ExecuteAsync("MSET", "a", "1", "b"));
            await seen.AddAsync(db.ExecuteAsync("DEL"));
            await seen.AddAsync(db.ExecuteAsync("EXPIRE", "a"));
            await seen.AddAsync(db.ExecuteAsync("LPUSH", "a"));
        }),
        new("arguments that are not numbers", static async (db, seen) =>
        {
            await db.StringSetAsync("n", 1);
            await db.ListRightPushAsync("l", "e");
            await seen.AddAsync(db.ExecuteAsync("INCRBY", "n", "x"));
            await seen.AddAsync(db.ExecuteAsync("DECRBY", "n", "1.5"));
            await seen.AddAsync(db.ExecuteAsync("INCRBYFLOAT", "n", "x"));
            await seen.AddAsync(db.ExecuteAsync("EXPIRE", "n", "soon"));
            await seen.AddAsync(db.ExecuteAsync("LRANGE", "l", "0", "x"));
            await seen.AddAsync(db.ExecuteAsync("LPOP", "l", "-1"));
            await seen.AddAsync(db.ExecuteAsync("GETRANGE", "n", "x", "1"));
            await seen.AddAsync(db.ExecuteAsync("SETRANGE", "n", "x", "1"));
        }),
        new("options that contradict each other", static async (db, seen) =>
        {
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "NX", "XX"));
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "NOSUCH"));
            await seen.AddAsync(db.ExecuteAsync("GETEX", "k", "EX", "1", "PERSIST"));
            await seen.AddAsync(db.ExecuteAsync("LMOVE", "a", "b", "LEFT", "UP"));
            await seen.AddAsync(db.ExecuteAsync("SCAN", "0", "NOSUCH", "x"));
            await seen.AddAsync(db.ExecuteAsync("SCAN", "x"));
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("two errors at once", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.ExecuteAsync("LINDEX", "k", "x"));
            await seen.AddAsync(db.ExecuteAsync("LSET", "none", "x", "y"));
        }),
    ];
}
