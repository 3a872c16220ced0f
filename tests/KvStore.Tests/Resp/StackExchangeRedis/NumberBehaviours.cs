using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Values that are numbers.</summary>
internal static class NumberBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("INCR and DECR", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringIncrementAsync("n"));
            await seen.AddAsync(db.StringIncrementAsync("n", 41));
            await seen.AddAsync(db.StringDecrementAsync("n"));
            await seen.AddAsync(db.StringDecrementAsync("n", 100));
            await seen.AddAsync(db.StringIncrementAsync("n", 0));
            await seen.AddAsync(db.StringGetAsync("n"), static value => (long)value);
        }),
        new("numbers of every kind are read back", static async (db, seen) =>
        {
            RedisValue[] numbers =
            [
                0, -1, long.MinValue, long.MaxValue, ulong.MaxValue, 1.5, -0.25, 1e300, double.Epsilon,
                double.PositiveInfinity, double.NegativeInfinity, true, false,
            ];
            foreach (RedisValue number in numbers)
            {
                await db.StringSetAsync("n", number);
                await seen.AddAsync(db.StringGetAsync("n"));
                await seen.AddAsync(db.StringGetAsync("n"), static value => (double)value);
            }
        }),
        new("a sum beyond 64 bits", static async (db, seen) =>
        {
            await db.StringSetAsync("n", long.MaxValue);
            await seen.AddAsync(db.StringIncrementAsync("n"));
            await db.StringSetAsync("n", long.MinValue);
            await seen.AddAsync(db.StringDecrementAsync("n"));
            await seen.AddAsync(db.StringDecrementAsync("n", long.MinValue));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("INCR of what is no integer", static async (db, seen) =>
        {
            foreach (string text in (string[])["abc", "", "1.5", " 1", "007", "99999999999999999999"])
            {
                await db.StringSetAsync("n", text);
                await seen.AddAsync(db.StringIncrementAsync("n"));
                await seen.AddAsync(db.StringGetAsync("n"));
            }
        }),
        new("INCRBYFLOAT", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringIncrementAsync("n", 1.5));
            await seen.AddAsync(db.StringIncrementAsync("n", -0.25));
            await seen.AddAsync(db.StringDecrementAsync("n", 2.25));
            await seen.AddAsync(db.StringGetAsync("n"));
            await seen.AddAsync(db.StringIncrementAsync("n", 1e10));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("INCRBYFLOAT of three tenths", static async (db, seen) =>
        {
            await db.StringSetAsync("n", "0.1");
            await seen.AddAsync(db.StringIncrementAsync("n", 0.2));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("INCRBYFLOAT of what is no number", static async (db, seen) =>
        {
            await db.StringSetAsync("n", "abc");
            await seen.AddAsync(db.StringIncrementAsync("n", 1.5));
            await db.StringSetAsync("n", "1");
            await seen.AddAsync(db.StringIncrementAsync("n", double.PositiveInfinity));
            await seen.AddAsync(db.StringIncrementAsync("n", double.NaN));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("INCRBYFLOAT of large exponents", static async (db, seen) =>
        {
            await db.StringSetAsync("n", "1");
            await seen.AddAsync(db.ExecuteAsync("INCRBYFLOAT", "n", "1e30"));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("INCR with bounds is of later releases", static async (db, seen) =>
        {
            await db.StringSetAsync("n", 1);
            await seen.AddAsync(db.StringIncrementAsync("n", 5, Expiration.Default, upperBound: 3));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("counters of fields", static async (db, seen) =>
        {
            await seen.AddAsync(db.HashIncrementAsync("h", "f"));
            await seen.AddAsync(db.HashIncrementAsync("h", "f", 9));
            await seen.AddAsync(db.HashDecrementAsync("h", "f", 20));
            await seen.AddAsync(db.HashIncrementAsync("h", "d", 0.5));
            await seen.AddAsync(db.HashDecrementAsync("h", "d", 2.0));
            await seen.AddSortedAsync(db.HashGetAllAsync("h"));
        }),
        new("counters of fields that hold no number", static async (db, seen) =>
        {
            await db.HashSetAsync("h", [new("text", "abc"), new("max", long.MaxValue)]);
            await seen.AddAsync(db.HashIncrementAsync("h", "text"));
            await seen.AddAsync(db.HashIncrementAsync("h", "text", 0.5));
            await seen.AddAsync(db.HashIncrementAsync("h", "max"));
        }),
    ];
}
