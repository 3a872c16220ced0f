using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Values that are strings of bytes.</summary>
internal static class StringBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("a value is read back", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.StringSetAsync("k", "v"));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.StringLengthAsync("k"));
        }),
        new("an empty value is there", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", ""));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.KeyExistsAsync("k"));
            await seen.AddAsync(db.StringLengthAsync("k"));
        }),
        new("a null value deletes the key", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.StringSetAsync("k", RedisValue.Null));
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("keys and values of any bytes", static async (db, seen) =>
        {
            byte[] bytes = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
            await seen.AddAsync(db.StringSetAsync(bytes, bytes));
            await seen.AddAsync(db.StringGetAsync(bytes));
            await seen.AddAsync(db.StringSetAsync("ключ", "значение €"));
            await seen.AddAsync(db.StringGetAsync("ключ"), static value => (string?)value);
            await seen.AddSortedAsync(seen.Server.KeysAsync().ToArrayAsync().AsTask());
        }),
        new("an empty key is a key", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("", "v"));
            await seen.AddAsync(db.StringGetAsync(""));
            await seen.AddAsync(db.KeyDeleteAsync(""));
        }),
        new("SET only if absent", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", "1", when: When.NotExists));
            await seen.AddAsync(db.StringSetAsync("k", "2", when: When.NotExists));
            await seen.AddAsync(db.StringGetAsync("k"));
        }),
        new("SET only if present", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", "1", when: When.Exists));
            await seen.AddAsync(db.StringGetAsync("k"));
            await db.StringSetAsync("k", "2");
            await seen.AddAsync(db.StringSetAsync("k", "3", when: When.Exists));
            await seen.AddAsync(db.StringGetAsync("k"));
        }),
        new("SET with an expiry only if absent", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", "1", TimeSpan.FromMinutes(1), When.NotExists));
            await seen.AddAsync(db.StringSetAsync("k", "2", TimeSpan.FromMinutes(9), When.NotExists));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left <= TimeSpan.FromMinutes(1));
        }),
        new("SET gives the value before", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAndGetAsync("k", "1"));
            await seen.AddAsync(db.StringSetAndGetAsync("k", "2"));
            await seen.AddAsync(db.StringSetAndGetAsync("k", "3", when: When.NotExists));
            await seen.AddAsync(db.StringSetAndGetAsync("k", "4", TimeSpan.FromMinutes(1), when: When.Exists));
            await seen.AddAsync(db.StringSetAndGetAsync("k", "5", null, keepTtl: true));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left is not null);
        }),
        new("SET that compares with the value is of later releases", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "1");
            await seen.AddAsync(db.StringSetAsync("k", "2", Expiration.Default, ValueCondition.Equal("1")));
            await seen.AddAsync(db.StringGetAsync("k"));
        }),
        new("GETSET", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringGetSetAsync("k", "1"));
            await seen.AddAsync(db.StringGetSetAsync("k", "2"));
            await seen.AddAsync(db.StringGetAsync("k"));
        }),
        new("GETDEL", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.StringGetDeleteAsync("k"));
            await seen.AddAsync(db.StringGetDeleteAsync("k"));
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("MSET and MGET", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync([new("a", "1"), new("b", "2"), new("a", "3")]));
            await db.SetAddAsync("set", "m");
            await seen.AddAsync(db.StringGetAsync(["a", "none", "b", "set", "a"]));
        }),
        new("MSET of nothing and MGET of nothing", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync([]));
            await seen.AddAsync(db.StringGetAsync([]));
        }),
        new("MSETNX is all or nothing", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync([new("a", "1"), new("b", "2")], When.NotExists));
            await seen.AddAsync(db.StringSetAsync([new("b", "3"), new("c", "4")], When.NotExists));
            await seen.AddAsync(db.StringGetAsync(["a", "b", "c"]));
        }),
        new("APPEND", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringAppendAsync("k", "ab"));
            await seen.AddAsync(db.StringAppendAsync("k", ""));
            await seen.AddAsync(db.StringAppendAsync("k", "cd"));
            await seen.AddAsync(db.StringGetAsync("k"));
        }),
        new("GETRANGE", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "hello world");
            foreach ((long start, long end) in ((long, long)[])[(0, 4), (-5, -1), (0, -1), (3, 2), (50, 60), (-100, 1)])
                await seen.AddAsync(db.StringGetRangeAsync("k", start, end));
            await seen.AddAsync(db.StringGetRangeAsync("none", 0, -1));
        }),
        new("SETRANGE", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetRangeAsync("k", 3, "abc"));
            await seen.AddAsync(db.StringSetRangeAsync("k", 0, "x"));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.StringSetRangeAsync("none", 5, ""));
            await seen.AddAsync(db.KeyExistsAsync("none"));
            await seen.AddAsync(db.StringSetRangeAsync("k", -1, "x"));
        }),
        new("a lease of the bytes", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "leased");
            using Lease<byte>? lease = await db.StringGetLeaseAsync("k");
            seen.Add(lease);
            using Lease<byte>? none = await db.StringGetLeaseAsync("none");
            seen.Add(none);
        }),
        new("values of half a megabyte", static async (db, seen) =>
        {
            byte[] large = new byte[KvLimits.ValueBytesMax];
            new Random(1).NextBytes(large);
            await seen.AddAsync(db.StringSetAsync("k", large));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.StringGetRangeAsync("k", 100_000, 300_000));
            await seen.AddAsync(db.StringLengthAsync("k"));
        }),
        new("a value longer than the bound", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", new byte[KvLimits.ValueBytesMax + 1]));
            await seen.AddAsync(db.StringLengthAsync("k"));
        }),
        new("a reply longer than the bound", static async (db, seen) =>
        {
            for (int i = 0; i < 3; i++) await db.StringSetAsync($"k{i}", new byte[400_000]);
            await seen.AddAsync(db.StringGetAsync(["k0", "k1", "k2"]), static values => values.Length);
        }),
        new("a key longer than the bound", static async (db, seen) =>
        {
            RedisKey key = new string('k', KvLimits.KeyBytesMax + 1);
            await seen.AddAsync(db.StringSetAsync(key, "v"));
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("bits", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetBitAsync("k", 7, true));
            await seen.AddAsync(db.StringSetBitAsync("k", 7, true));
            await seen.AddAsync(db.StringSetBitAsync("k", 100, true));
            await seen.AddAsync(db.StringGetBitAsync("k", 7));
            await seen.AddAsync(db.StringGetBitAsync("k", 1_000_000));
            await seen.AddAsync(db.StringBitCountAsync("k"));
            await seen.AddAsync(db.StringBitCountAsync("k", 1, -1));
            await seen.AddAsync(db.StringBitPositionAsync("k", true, 1));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.StringBitOperationAsync(Bitwise.Not, "not", "k"));
            await seen.AddAsync(db.StringBitOperationAsync(Bitwise.And, "and", "k", "not"));
            await seen.AddAsync(db.StringGetAsync("and"));
        }),
    ];
}
