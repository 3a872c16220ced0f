using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Commands that are sent before the replies to those before them are there.</summary>
internal static class BatchBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("a batch's replies, in order", static async (db, seen) =>
        {
            IBatch batch = db.CreateBatch();
            Task<bool> set = batch.StringSetAsync("k", "1");
            Task<long>[] sums = [.. Enumerable.Range(0, 20).Select(_ => batch.StringIncrementAsync("k"))];
            Task<RedisValue> get = batch.StringGetAsync("k");
            seen.Add(sums.Any(static sum => sum.IsCompleted));
            batch.Execute();
            await seen.AddAsync(set);
            await seen.AddAsync(Task.WhenAll(sums));
            await seen.AddAsync(get);
        }),
        new("an error within a batch", static async (db, seen) =>
        {
            IBatch batch = db.CreateBatch();
            Task<bool> add = batch.SetAddAsync("s", "m");
            Task<long> wrong = batch.StringIncrementAsync("s");
            Task<bool> after = batch.StringSetAsync("k", "v");
            batch.Execute();
            await seen.AddAsync(add);
            await seen.AddAsync(wrong);
            await seen.AddAsync(after);
        }),
        new("a pipeline of a thousand increments", static async (db, seen) =>
            await seen.AddAsync(Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => db.StringIncrementAsync("n"))))),
        new("a pipeline of reads and writes", static async (db, seen) =>
        {
            List<Task<RedisValue>> reads = [];
            List<Task> writes = [];
            for (int i = 0; i < 300; i++)
            {
                writes.Add(db.StringSetAsync("k", i));
                reads.Add(db.StringGetAsync("k"));
                writes.Add(db.ListRightPushAsync("l", i));
                reads.Add(db.ListGetByIndexAsync("l", -1));
            }
            await Task.WhenAll(writes);
            await seen.AddAsync(Task.WhenAll(reads));
        }),
        new("a pipeline of large values", static async (db, seen) =>
        {
            string[] values = [.. Enumerable.Range(0, 20).Select(static i => new string((char)('a' + i), 100_000))];
            Task<bool>[] writes = [.. values.Select((value, i) => db.StringSetAsync($"k{i}", value))];
            Task<RedisValue>[] reads = [.. values.Select((_, i) => db.StringGetAsync($"k{i}"))];
            await seen.AddAsync(Task.WhenAll(writes));
            await seen.AddAsync(Task.WhenAll(reads));
        }),
        new("fire and forget", static async (db, seen) =>
        {
            for (int i = 0; i < 500; i++) await db.StringIncrementAsync("n", flags: CommandFlags.FireAndForget);
            await db.StringAppendAsync("s", "x", CommandFlags.FireAndForget);
            await seen.AddAsync(db.StringIncrementAsync("s", flags: CommandFlags.FireAndForget));
            await seen.AddAsync(db.StringGetAsync(["n", "s"]));
        }),
        new("many at once on one connection", static async (db, seen) =>
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(user => Task.Run(async () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    await db.HashIncrementAsync("h", user);
                    await db.StringIncrementAsync("n");
                }
            })));
            await seen.AddAsync(db.StringGetAsync("n"));
            await seen.AddSortedAsync(db.HashGetAllAsync("h"));
        }),
        new("calls that block", static async (db, seen) =>
        {
            await Task.Yield();
            seen.Add(db.StringSet("k", "v"));
            seen.Add(db.StringGet("k"));
            seen.Add(db.StringIncrement("n"));
            seen.Add(Assert.Throws<RedisServerException>(() => db.StringIncrement("k")).Message);
            seen.Add(db.KeyDelete("k"));
            seen.Add(db.KeyExists("k"));
        }),
    ];
}
