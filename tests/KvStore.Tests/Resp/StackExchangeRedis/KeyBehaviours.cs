using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Keys of any type.</summary>
internal static class KeyBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("keys are deleted", static async (db, seen) =>
        {
            await seen.AddAsync(db.KeyDeleteAsync("none"));
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            await db.SetAddAsync("s", "m");
            await seen.AddAsync(db.KeyDeleteAsync("a"));
            await seen.AddAsync(db.KeyDeleteAsync(["a", "b", "s", "none"]));
            await seen.AddAsync(db.KeyDeleteAsync([]));
        }),
        new("keys are counted as often as named", static async (db, seen) =>
        {
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            await seen.AddAsync(db.KeyExistsAsync("a"));
            await seen.AddAsync(db.KeyExistsAsync("none"));
            await seen.AddAsync(db.KeyExistsAsync(["a", "a", "b", "none"]));
            await seen.AddAsync(db.KeyTouchAsync("a"));
            await seen.AddAsync(db.KeyTouchAsync(["a", "b", "none"]));
        }),
        new("types of keys", static async (db, seen) =>
        {
            await db.StringSetAsync("str", "1");
            await db.HashSetAsync("hash", "f", "v");
            await db.ListRightPushAsync("list", "e");
            await db.SetAddAsync("set", "m");
            foreach (RedisKey key in (RedisKey[])["none", "str", "hash", "list", "set"])
                await seen.AddAsync(db.KeyTypeAsync(key));
        }),
        new("RENAME", static async (db, seen) =>
        {
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            await seen.AddAsync(db.KeyRenameAsync("a", "b"));
            await seen.AddAsync(db.StringGetAsync(["a", "b"]));
            await seen.AddAsync(db.KeyRenameAsync("b", "b"));
            await seen.AddAsync(db.KeyRenameAsync("none", "c"));
        }),
        new("RENAMENX", static async (db, seen) =>
        {
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            await seen.AddAsync(db.KeyRenameAsync("a", "b", When.NotExists));
            await seen.AddAsync(db.KeyRenameAsync("a", "c", When.NotExists));
            await seen.AddAsync(db.StringGetAsync(["a", "b", "c"]));
            await seen.AddAsync(db.KeyRenameAsync("none", "d", When.NotExists));
        }),
        new("SCAN visits each key once", static async (db, seen) =>
        {
            await db.StringSetAsync([.. Enumerable.Range(0, 700).Select(
                static i => KeyValuePair.Create((RedisKey)$"k{i}", (RedisValue)i))]);
            RedisKey[] all = await seen.Server.KeysAsync(pageSize: 50).ToArrayAsync();
            seen.Add(all.Length);
            seen.Add(ResultText.Sorted(all));
            seen.Add(seen.Server.Keys(pageSize: 1_000).Count());
        }),
        new("SCAN with patterns", static async (db, seen) =>
        {
            string[] names = ["a", "ab", "abc", "b", "a*c", "a[c", "key:1", "key:2", "key:10", "é"];
            string[] patterns = ["*", "a*", "a?c", "a\\*c", "a[[*]c", "[^a]*", "key:[0-9]", "*:1*", "none", "?", ""];
            await db.StringSetAsync([.. names.Select(static n => KeyValuePair.Create((RedisKey)n, (RedisValue)"v"))]);
            foreach (string pattern in patterns)
                await seen.AddSortedAsync(seen.Server.KeysAsync(pattern: pattern).ToArrayAsync().AsTask());
        }),
        new("SCAN goes on at its cursor", static async (db, seen) =>
        {
            await db.StringSetAsync([.. Enumerable.Range(0, 200).Select(
                static i => KeyValuePair.Create((RedisKey)$"k{i}", (RedisValue)i))]);
            HashSet<RedisKey> found = [];
            long cursor = 0;
            int left = 0;
            do
            {
                IEnumerable<RedisKey> keys = seen.Server.Keys(pageSize: 20, cursor: cursor, pageOffset: left);
                using IEnumerator<RedisKey> some = keys.GetEnumerator();
                int taken = 0;
                while (taken < 30 && some.MoveNext())
                {
                    found.Add(some.Current);
                    taken++;
                }
                if (taken < 30) break;
                IScanningCursor where = (IScanningCursor)some;
                (cursor, left) = (where.Cursor, where.PageOffset + 1);
            }
            while (true);
            seen.Add(found.Count);
        }),
        new("KEYS", static async (db, seen) =>
        {
            await db.StringSetAsync([new("one", "1"), new("two", "2"), new("three", "3")]);
            await seen.AddAsync(db.ExecuteAsync("KEYS", "t*"), static keys => ResultText.Sorted((RedisKey[])keys!));
            await seen.AddAsync(db.ExecuteAsync("KEYS", "none"));
        }),
        new("the size of the database", static async (db, seen) =>
        {
            await seen.AddAsync(seen.Server.DatabaseSizeAsync());
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            await seen.AddAsync(seen.Server.DatabaseSizeAsync());
            await seen.AddAsync(seen.Server.FlushDatabaseAsync());
            await seen.AddAsync(seen.Server.DatabaseSizeAsync());
        }),
        new("locks", static async (db, seen) =>
        {
            await seen.AddAsync(db.LockTakeAsync("lock", "me", TimeSpan.FromMinutes(1)));
            await seen.AddAsync(db.LockTakeAsync("lock", "you", TimeSpan.FromMinutes(1)));
            await seen.AddAsync(db.LockQueryAsync("lock"));
            await seen.AddAsync(db.LockExtendAsync("lock", "you", TimeSpan.FromMinutes(5)));
            await seen.AddAsync(db.LockExtendAsync("lock", "me", TimeSpan.FromMinutes(5)));
            await seen.AddAsync(db.KeyTimeToLiveAsync("lock"), static left => left > TimeSpan.FromMinutes(1));
            await seen.AddAsync(db.LockReleaseAsync("lock", "you"));
            await seen.AddAsync(db.LockReleaseAsync("lock", "me"));
            await seen.AddAsync(db.LockReleaseAsync("lock", "me"));
        }),
        new("keys are copied", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b"]);
            await db.KeyExpireAsync("l", TimeSpan.FromHours(1));
            await seen.AddAsync(db.KeyCopyAsync("l", "copy"));
            await seen.AddAsync(db.KeyCopyAsync("l", "copy"));
            await seen.AddAsync(db.KeyCopyAsync("none", "copy"));
            await db.ListRightPushAsync("copy", "c");
            await seen.AddAsync(db.ListRangeAsync("l"));
            await seen.AddAsync(db.ListRangeAsync("copy"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("copy"), static time => time > TimeSpan.FromMinutes(50));
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyCopyAsync("k", "copy", replace: true));
            await seen.AddAsync(db.StringGetAsync("copy"));
            await seen.AddAsync(db.KeyTimeToLiveAsync("copy"));
        }),
        new("a key at random", static async (db, seen) =>
        {
            await seen.AddAsync(db.KeyRandomAsync());
            await db.StringSetAsync("k", "v");
            await seen.AddAsync(db.KeyRandomAsync());
        }),
    ];
}
