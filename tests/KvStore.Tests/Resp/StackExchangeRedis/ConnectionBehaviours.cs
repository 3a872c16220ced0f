using System.Collections.Concurrent;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>The connection itself, and others beside it.</summary>
internal static class ConnectionBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("the name of a connection", static async (_, seen) =>
        {
            await using ConnectionMultiplexer named = await seen.ConnectAsync(static o => o.ClientName = "named");
            await seen.AddAsync(named.GetDatabase().ExecuteAsync("CLIENT", "GETNAME"));
            await seen.AddAsync(named.GetDatabase().ExecuteAsync("CLIENT", "SETNAME", "with space"));
            await seen.AddAsync(named.GetDatabase().ExecuteAsync("CLIENT", "SETNAME", "other"));
            await seen.AddAsync(named.GetDatabase().ExecuteAsync("CLIENT", "GETNAME"));
        }),
        new("each connection has an identity", static async (db, seen) =>
        {
            await using ConnectionMultiplexer other = await seen.ConnectAsync();
            long one = (long)await db.ExecuteAsync("CLIENT", "ID");
            long two = (long)await other.GetDatabase().ExecuteAsync("CLIENT", "ID");
            seen.Add(one > 0 && two > one);
        }),
        new("CLIENT LIST, INFO and KILL", static async (db, seen) =>
        {
            await seen.AddAsync(seen.Server.ClientListAsync(), static clients => clients.Length > 0);
            await seen.AddAsync(db.ExecuteAsync("CLIENT", "INFO"), static _ => "a line");
            await seen.AddAsync(seen.Server.ClientKillAsync(id: long.MaxValue));
        }),
        new("CLIENT SETINFO is of later releases", static async (db, seen) =>
            await seen.AddAsync(db.ExecuteAsync("CLIENT", "SETINFO", "LIB-NAME", "x"))),
        new("HELLO tells of the server", static async (db, seen) =>
            await seen.AddAsync(db.ExecuteAsync("HELLO"), static reply =>
            {
                Dictionary<string, RedisResult> told = reply.ToDictionary();
                string[] names = ["server", "version", "proto", "mode", "role", "modules"];
                return names.Select(name => (object)told[name]);
            })),
        new("replies of each kind, as they came", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "v");
            await db.SetAddAsync("s", "m");
            await db.ListRightPushAsync("l", "e");
            string[][] commands =
            [
                ["SET", "k", "v"], ["GET", "k"], ["GET", "none"], ["STRLEN", "k"],
                ["HGETALL", "h"], ["HGETALL", "none"], ["SMEMBERS", "s"], ["SMEMBERS", "none"],
                ["LRANGE", "l", "0", "-1"], ["LPOP", "none"], ["LPOP", "none", "2"],
                ["SET", "k", "w", "NX"], ["INCRBYFLOAT", "n", "1.5"], ["SMISMEMBER", "s", "m", "none"], ["TYPE", "k"],
                ["CONFIG", "GET", "timeout"], ["HSCAN", "h", "0"], ["SSCAN", "s", "0"], ["EXISTS", "k"],
            ];
            foreach (string[] command in commands) await seen.AddAsync(db.ExecuteAsync(command[0], [.. command[1..]]));
        }),
        new("a connection that checks every reply", static async (_, seen) =>
        {
            await using ConnectionMultiplexer checking = await seen.ConnectAsync(static o => o.HighIntegrity = true);
            IDatabase db = checking.GetDatabase();
            await seen.AddAsync(db.StringSetAsync("k", "v"));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => db.StringIncrementAsync("n"))));
            await seen.AddAsync(db.StringIncrementAsync("k"));
            ITransaction transaction = db.CreateTransaction();
            transaction.AddCondition(Condition.StringEqual("k", "v"));
            Task<bool> set = transaction.StringSetAsync("k", "w");
            await seen.AddAsync(transaction.ExecuteAsync());
            await seen.AddAsync(set);
        }),
        new("a connection without the administrator's commands", static async (_, seen) =>
        {
            await using ConnectionMultiplexer plain = await seen.ConnectAsync(static o => o.AllowAdmin = false);
            await seen.AddAsync(plain.GetDatabase().StringSetAsync("k", "v"));
            await seen.AddAsync(plain.GetServers().Single().KeysAsync().ToArrayAsync().AsTask());
        }),
        new("what one connection writes another reads", static async (db, seen) =>
        {
            await using ConnectionMultiplexer other = await seen.ConnectAsync();
            IDatabase there = other.GetDatabase();
            List<RedisValue> read = [];
            for (int i = 0; i < 50; i++)
            {
                await db.StringSetAsync("k", i);
                read.Add(await there.StringGetAsync("k"));
            }
            seen.Add(read);
        }),
        new("a database with a prefix", static async (db, seen) =>
        {
            IDatabase prefixed = StackExchange.Redis.KeyspaceIsolation.DatabaseExtensions.WithKeyPrefix(db, "app:");
            await seen.AddAsync(prefixed.StringSetAsync("k", "v"));
            await seen.AddAsync(prefixed.StringGetAsync("k"));
            await seen.AddAsync(db.StringGetAsync("app:k"));
            ITransaction transaction = prefixed.CreateTransaction();
            transaction.AddCondition(Condition.StringEqual("k", "v"));
            _ = transaction.StringSetAsync("k", "w");
            await seen.AddAsync(transaction.ExecuteAsync());
            await seen.AddAsync(db.StringGetAsync("app:k"));
        }),
        new("a default database", static async (_, seen) =>
        {
            await using ConnectionMultiplexer zero = await seen.ConnectAsync(static o => o.DefaultDatabase = 0);
            seen.Add(zero.GetDatabase().Database);
            await seen.AddAsync(zero.GetDatabase().StringSetAsync("k", "v"));
        }),
        new("a second database", static async (db, seen) =>
        {
            IDatabase second = seen.Connection.GetDatabase(1);
            await seen.AddAsync(StartAsync(() => second.StringSetAsync("k", "second")));
            await seen.AddAsync(db.StringGetAsync("k"));
            await seen.AddAsync(StartAsync(() => second.StringGetAsync("k")));
        }),
        new("ten connections come and go", static async (db, seen) =>
        {
            for (int i = 0; i < 10; i++)
            {
                await using ConnectionMultiplexer other = await seen.ConnectAsync();
                await seen.AddAsync(other.GetDatabase().StringIncrementAsync("n"));
            }
            await seen.AddAsync(db.StringGetAsync("n"));
        }),
        new("an idle client keeps both of its connections", static async (_, seen) =>
        {
            TimeSpan heartbeat = TimeSpan.FromMilliseconds(100);
            await using ConnectionMultiplexer idle = await seen.ConnectAsync(options =>
            {
                options.HeartbeatInterval = heartbeat;
                options.KeepAlive = 3; // seconds; four times as long without an answer is a failure
            });
            ConcurrentQueue<ConnectionFailureType> failures = new();
            idle.ConnectionFailed += (_, failure) => failures.Enqueue(failure.FailureType);
            ServerCounters before = idle.GetCounters(), now = before;
            using PeriodicTimer timer = new(heartbeat);
            while (now.Interactive.OperationCount == before.Interactive.OperationCount
                || now.Subscription.OperationCount == before.Subscription.OperationCount)
            {
                await timer.WaitForNextTickAsync();
                now = idle.GetCounters();
            }
            await seen.AddAsync(idle.GetDatabase().StringIncrementAsync("n"));
            seen.Add(failures);
        }),
    ];

    /// <summary>Some errors are thrown by the call itself, not by its task.</summary>
    private static async Task<T> StartAsync<T>(Func<Task<T>> start) => await start();
}
