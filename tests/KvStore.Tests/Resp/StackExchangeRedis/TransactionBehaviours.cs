using KvStore.Gateway;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>MULTI, EXEC and WATCH, as the client's transactions with conditions use them.</summary>
internal static class TransactionBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("a transaction's replies", static async (db, seen) =>
        {
            ITransaction transaction = db.CreateTransaction();
            Task<bool> set = transaction.StringSetAsync("k", "1");
            Task<long> sum = transaction.StringIncrementAsync("k", 41);
            Task<RedisValue> get = transaction.StringGetAsync("k");
            Task<long> pushed = transaction.ListRightPushAsync("l", ["a", "b"]);
            Task<RedisValue[]> range = transaction.ListRangeAsync("l");
            Task<HashEntry[]> none = transaction.HashGetAllAsync("none");
            Task<bool> expire = transaction.KeyExpireAsync("k", TimeSpan.FromHours(1));
            await seen.AddAsync(transaction.ExecuteAsync());
            await seen.AddAsync(set);
            await seen.AddAsync(sum);
            await seen.AddAsync(get);
            await seen.AddAsync(pushed);
            await seen.AddAsync(range);
            await seen.AddAsync(none);
            await seen.AddAsync(expire);
        }),
        new("an empty transaction", static async (db, seen) =>
        {
            await seen.AddAsync(db.CreateTransaction().ExecuteAsync());
            ITransaction conditional = db.CreateTransaction();
            ConditionResult condition = conditional.AddCondition(Condition.KeyExists("none"));
            await seen.AddAsync(conditional.ExecuteAsync());
            seen.Add(condition.WasSatisfied);
        }),
        new("a command that fails does so alone", static async (db, seen) =>
        {
            await db.SetAddAsync("s", "m");
            ITransaction transaction = db.CreateTransaction();
            Task<bool> before = transaction.StringSetAsync("a", "1");
            Task<long> wrong = transaction.StringIncrementAsync("s");
            Task<bool> after = transaction.StringSetAsync("b", "2");
            await seen.AddAsync(transaction.ExecuteAsync());
            await seen.AddAsync(before);
            await seen.AddAsync(wrong);
            await seen.AddAsync(after);
            await seen.AddAsync(db.StringGetAsync(["a", "b"]));
        }),
        new("a command that cannot be queued aborts all", static async (db, seen) =>
        {
            ITransaction transaction = db.CreateTransaction();
            Task<bool> set = transaction.StringSetAsync("k", "1");
            Task<RedisResult> wrong = transaction.ExecuteAsync("NOSUCH", "x");
            await seen.AddAsync(transaction.ExecuteAsync());
            seen.Add(set.IsCanceled || set.IsFaulted);
            await seen.AddAsync(wrong);
            await seen.AddAsync(db.KeyExistsAsync("k"));
        }),
        new("conditions on keys", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await AddConditionsAsync(db, seen, Condition.KeyExists("k"), Condition.KeyExists("none"),
                Condition.KeyNotExists("k"), Condition.KeyNotExists("none"));
        }),
        new("conditions on strings", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            await AddConditionsAsync(db, seen, Condition.StringEqual("k", "v"), Condition.StringEqual("k", "w"),
                Condition.StringNotEqual("k", "v"), Condition.StringNotEqual("none", "v"),
                Condition.StringEqual("none", RedisValue.Null), Condition.StringLengthEqual("k", 1),
                Condition.StringLengthGreaterThan("k", 1), Condition.StringLengthLessThan("k", 2));
        }),
        new("conditions on hashes", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "v");
            await AddConditionsAsync(db, seen, Condition.HashExists("h", "f"), Condition.HashExists("h", "none"),
                Condition.HashNotExists("h", "none"), Condition.HashEqual("h", "f", "v"),
                Condition.HashNotEqual("h", "f", "v"), Condition.HashLengthEqual("h", 1),
                Condition.HashLengthGreaterThan("h", 1));
        }),
        new("conditions on lists and sets", static async (db, seen) =>
        {
            await db.ListRightPushAsync("l", ["a", "b"]);
            await db.SetAddAsync("s", "m");
            await AddConditionsAsync(db, seen, Condition.ListIndexEqual("l", 0, "a"),
                Condition.ListIndexEqual("l", -1, "a"), Condition.ListIndexExists("l", 1),
                Condition.ListIndexExists("l", 2), Condition.ListLengthEqual("l", 2), Condition.SetContains("s", "m"),
                Condition.SetNotContains("s", "m"), Condition.SetLengthLessThan("s", 2));
        }),
        new("conditions on a key of another type", static async (db, seen) =>
        {
            await db.SetAddAsync("s", "m");
            await AddConditionsAsync(db, seen, Condition.StringEqual("s", "m"), Condition.HashExists("s", "m"));
        }),
        new("one of several conditions does not hold", static async (db, seen) =>
        {
            await db.StringSetAsync([new("a", "1"), new("b", "2")]);
            ITransaction transaction = db.CreateTransaction();
            ConditionResult holds = transaction.AddCondition(Condition.StringEqual("a", "1"));
            ConditionResult fails = transaction.AddCondition(Condition.StringEqual("b", "1"));
            Task<bool> set = transaction.StringSetAsync("a", "9");
            await seen.AddAsync(transaction.ExecuteAsync());
            seen.Add(holds.WasSatisfied);
            seen.Add(fails.WasSatisfied);
            await seen.AddAsync(set);
            await seen.AddAsync(db.StringGetAsync("a"));
        }),
        new("counting under a condition, from two connections", static async (db, seen) =>
        {
            const int Counters = 6, Increments = 20;
            await using ConnectionMultiplexer other = await seen.ConnectAsync();
            IDatabase[] databases = [db, other.GetDatabase()];
            await Task.WhenAll(Enumerable.Range(0, Counters).Select(async counter =>
            {
                for (int done = 0; done < Increments;)
                {
                    if (await TryIncrementAsync(databases[counter % 2], "n")) done++;
                }
            }));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("a transaction that no caller waits for", static async (db, seen) =>
        {
            ITransaction transaction = db.CreateTransaction();
            _ = transaction.StringIncrementAsync("n", flags: CommandFlags.FireAndForget);
            _ = transaction.StringIncrementAsync("n", flags: CommandFlags.FireAndForget);
            await seen.AddAsync(transaction.ExecuteAsync(CommandFlags.FireAndForget));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("a transaction of five hundred commands", static async (db, seen) =>
        {
            ITransaction transaction = db.CreateTransaction();
            Task<long>[] sums = [.. Enumerable.Range(0, 500).Select(_ => transaction.StringIncrementAsync("n"))];
            await seen.AddAsync(transaction.ExecuteAsync());
            await seen.AddAsync(Task.WhenAll(sums));
        }),
        new("a transaction of more commands than the bound", static async (db, seen) =>
        {
            ITransaction transaction = db.CreateTransaction();
            IEnumerable<int> commands = Enumerable.Range(0, RespLimits.QueuedCommandsMax + 1);
            Task<long>[] sums = [.. commands.Select(_ => transaction.StringIncrementAsync("n"))];
            await seen.AddAsync(transaction.ExecuteAsync());
            seen.Add(sums.Count(static sum => sum.IsCompletedSuccessfully));
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
    ];

    /// <summary>Adds for each condition whether a transaction under it was executed.</summary>
    private static async Task AddConditionsAsync(IDatabase db, Dialogue seen, params Condition[] conditions)
    {
        foreach (Condition condition in conditions)
        {
            ITransaction transaction = db.CreateTransaction();
            ConditionResult result = transaction.AddCondition(condition);
            Task<long> sum = transaction.StringIncrementAsync("n");
            await seen.AddAsync(transaction.ExecuteAsync());
            seen.Add(result.WasSatisfied);
            await seen.AddAsync(sum);
        }
        await seen.AddAsync(db.StringGetAsync("n"));
    }

    private static async Task<bool> TryIncrementAsync(IDatabase db, RedisKey key)
    {
        RedisValue before = await db.StringGetAsync(key);
        ITransaction transaction = db.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual(key, before));
        _ = transaction.StringSetAsync(key, (long)before + 1);
        return await transaction.ExecuteAsync();
    }
}
