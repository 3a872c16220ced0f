using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Keys that cease to exist. Times left are compared with bounds: they go on while the test runs.</summary>
internal static class ExpiryBehaviours
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Far in the future, and a whole number of milliseconds.</summary>
    private static readonly DateTime Then = new(2100, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);

    public static IEnumerable<Behaviour> All =>
    [
        new("time to live", static async (db, seen) =>
        {
            await seen.AddAsync(db.KeyTimeToLiveAsync("none"));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
            await db.StringSetAsync("k", "v", Hour);
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left > Minute && left <= Hour);
        }),
        new("time to live in milliseconds", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringSetAsync("k", "v", TimeSpan.FromMilliseconds(3_600_001)));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left > Minute && left < Hour + Minute);
        }),
        new("a key is gone when its time has come", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v", TimeSpan.FromMilliseconds(20));
            while (await db.KeyExistsAsync("k")) await Task.Yield();
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
            await seen.AddAsync(db.KeyTypeAsync("k"));
            await seen.AddAsync(db.StringSetAsync("k", "again", when: When.NotExists));
        }),
        new("a time that has passed deletes", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyExpireAsync("k", DateTime.UnixEpoch.AddDays(1)));
            await seen.AddAsync(db.KeyExistsAsync("k"));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyExpireAsync("k", TimeSpan.FromSeconds(-1)));
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("EXPIRE and PERSIST", static async (db, seen) =>
        {
            await seen.AddAsync(db.KeyExpireAsync("none", Minute));
            await seen.AddAsync(db.KeyPersistAsync("none"));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyPersistAsync("k"));
            await seen.AddAsync(db.KeyExpireAsync("k", Minute));
            await seen.AddAsync(db.KeyPersistAsync("k"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
        }),
        new("EXPIRE of null persists", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v", Minute);
            await seen.AddAsync(db.KeyExpireAsync("k", (TimeSpan?)null));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
        }),
        new("EXPIREAT and EXPIRETIME", static async (db, seen) =>
        {
            await seen.AddAsync(db.KeyExpireTimeAsync("none"));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyExpireTimeAsync("k"));
            await seen.AddAsync(db.KeyExpireAsync("k", Then));
            await seen.AddAsync(db.KeyExpireTimeAsync("k"), static at => at!.Value.ToUniversalTime());
            await seen.AddAsync(db.ExecuteAsync("EXPIRETIME", "k"));
            await seen.AddAsync(db.ExecuteAsync("PEXPIRETIME", "k"));
        }),
        new("EXPIRE under conditions", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyExpireAsync("k", Minute, ExpireWhen.HasExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Minute, ExpireWhen.GreaterThanCurrentExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Hour, ExpireWhen.HasNoExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Hour, ExpireWhen.HasNoExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Minute, ExpireWhen.GreaterThanCurrentExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Minute, ExpireWhen.LessThanCurrentExpiry));
            await seen.AddAsync(db.KeyExpireAsync("k", Then, ExpireWhen.GreaterThanCurrentExpiry));
            await seen.AddAsync(db.KeyExpireTimeAsync("k"), static at => at!.Value.ToUniversalTime());
        }),
        new("SET forgets the expiry, unless it keeps it", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "1", Minute);
            await seen.AddAsync(db.StringSetAsync("k", "2", null, keepTtl: true));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left is not null);
            await seen.AddAsync(db.StringSetAsync("k", "3"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
            await seen.AddAsync(db.StringSetAsync("k", "4", new Expiration(Then)));
            await seen.AddAsync(db.KeyExpireTimeAsync("k"), static at => at!.Value.ToUniversalTime());
        }),
        new("changes of a value keep its expiry", static async (db, seen) =>
        {
            await db.StringSetAsync("n", 1, Minute);
            await db.StringIncrementAsync("n");
            await db.StringAppendAsync("n", "0");
            await db.StringSetRangeAsync("n", 0, "9");
            await seen.AddAsync(db.KeyTimeToLiveAsync("n"), static left => left is not null);
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("GETEX", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringGetSetExpiryAsync("none", Minute));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.StringGetSetExpiryAsync("k", Minute));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"), static left => left <= Minute);
            await seen.AddAsync(db.StringGetSetExpiryAsync("k", Then));
            await seen.AddAsync(db.KeyExpireTimeAsync("k"), static at => at!.Value.ToUniversalTime());
            await seen.AddAsync(db.StringGetSetExpiryAsync("k", (TimeSpan?)null));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
        }),
        new("a value with its expiry", static async (db, seen) =>
        {
            await seen.AddAsync(db.StringGetWithExpiryAsync("none"), WhetherSoon);
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.StringGetWithExpiryAsync("k"), WhetherSoon);
            await db.StringSetAsync("k", "v", Minute);
            await seen.AddAsync(db.StringGetWithExpiryAsync("k"), WhetherSoon);

            static object?[] WhetherSoon(RedisValueWithExpiry entry) =>
                [entry.Value, entry.Expiry is null, entry.Expiry <= Minute];
        }),
        new("collections expire as a whole", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "v");
            await db.ListRightPushAsync("l", "e");
            await db.SetAddAsync("s", "m");
            foreach (RedisKey key in (RedisKey[])["h", "l", "s"])
            {
                await seen.AddAsync(db.KeyExpireAsync(key, Then));
                await seen.AddAsync(db.KeyExpireAsync(key, TimeSpan.Zero));
                await seen.AddAsync(db.KeyTypeAsync(key));
            }
        }),
        new("RENAME takes the expiry along", static async (db, seen) =>
        {
            await db.StringSetAsync("a", "v", Minute);
            await db.StringSetAsync("b", "w");
            await seen.AddAsync(db.KeyRenameAsync("a", "b"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("b"), static left => left is not null);
        }),
        new("expiries that are none", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "EX", "0"));
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "PX", "-1"));
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "EX", "x"));
            await seen.AddAsync(db.ExecuteAsync("SET", "k", "v", "EX", "1", "KEEPTTL"));
            await seen.AddAsync(db.ExecuteAsync("SETEX", "k", "-5", "v"));
            await seen.AddAsync(db.ExecuteAsync("EXPIRE", "k", "9223372036854775807"));
            await seen.AddAsync(db.ExecuteAsync("EXPIRE", "k", "10", "NX", "GT"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("k"));
        }),
        new("an expiry beyond the year 9999", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.ExecuteAsync("EXPIREAT", "k", "999999999999"));
            await seen.AddAsync(db.ExecuteAsync("EXPIRETIME", "k"));
        }),
    ];
}
