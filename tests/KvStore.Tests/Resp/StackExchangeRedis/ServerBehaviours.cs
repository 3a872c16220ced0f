using System.Globalization;
using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>What the client asks about the server.</summary>
internal static class ServerBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("what the client has found out on connecting", static async (db, seen) =>
        {
            await Task.Yield();
            seen.Add(seen.Server.IsConnected);
            seen.Add(seen.Server.Version);
            seen.Add(seen.Server.ServerType);
            seen.Add(seen.Server.IsReplica);
            seen.Add(seen.Server.Protocol);
            seen.Add(seen.Server.AllowReplicaWrites);
            seen.Add(db.IsConnected("k"));
            seen.Add(seen.Connection.IsConnected);
        }),
        new("how many databases there are", static async (db, seen) =>
        {
            await Task.Yield();
            seen.Add(seen.Server.DatabaseCount);
        }),
        new("PING and ECHO", static async (db, seen) =>
        {
            await seen.AddAsync(db.PingAsync(), static elapsed => elapsed > TimeSpan.Zero);
            await seen.AddAsync(seen.Server.PingAsync(), static elapsed => elapsed > TimeSpan.Zero);
            await seen.AddAsync(db.ExecuteAsync("PING"));
            await seen.AddAsync(db.ExecuteAsync("PING", "hello"));
            await seen.AddAsync(db.ExecuteAsync("PING", "a", "b"));
            await seen.AddAsync(seen.Server.EchoAsync("hello"));
            await seen.AddAsync(db.ExecuteAsync("ECHO", new byte[] { 0, 13, 10, 255 }));
        }),
        new("TIME", static async (_, seen) =>
        {
            DateTime first = await seen.Server.TimeAsync(), second = await seen.Server.TimeAsync();
            seen.Add(first <= second);
            seen.Add((DateTime.UtcNow - first).Duration() < TimeSpan.FromMinutes(1));
        }),
        new("INFO", static async (db, seen) =>
        {
            await db.StringSetAsync("k", "v");
            Dictionary<string, string> info = (await seen.Server.InfoAsync())
                .SelectMany(static section => section)
                .ToDictionary();
            string[] names = ["redis_version", "redis_mode", "role", "connected_slaves", "cluster_enabled"];
            seen.Add(names.Select(name => info[name]));
            seen.Add(info["db0"].StartsWith("keys=1,", StringComparison.Ordinal));
            seen.Add(int.Parse(info["connected_clients"], CultureInfo.InvariantCulture) > 0);
        }),
        new("a section of INFO", static async (_, seen) =>
        {
            foreach (string name in (string[])["replication", "nosuch"])
                await seen.AddAsync(seen.Server.InfoAsync(name), static sections => sections.Select(static s => s.Key));
        }),
        new("CONFIG GET", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.ConfigGetAsync("timeout"));
            await seen.AddAsync(seen.Server.ConfigGetAsync("save"));
            string[] common = ["maxmemory", "maxmemory-policy"];
            await seen.AddAsync(
                seen.Server.ConfigGetAsync("maxmemory*"),
                all => all.Select(static pair => pair.Key).Intersect(common).Order());
            await seen.AddAsync(seen.Server.ConfigGetAsync("nosuch"));
            await seen.AddAsync(seen.Server.ConfigResetStatisticsAsync());
        }),
        new("CONFIG SET", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.ConfigSetAsync("maxmemory-samples", "5"));
            await seen.AddAsync(seen.Server.ConfigRewriteAsync());
        }),
        new("COMMAND COUNT and LIST", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.CommandCountAsync(), static count => count > 90);
            string[] some = ["exec", "get", "lmove", "set", "sscan"];
            await seen.AddAsync(seen.Server.CommandListAsync(), names => names.Intersect(some).Order());
        }),
        new("COMMAND INFO and GETKEYS", static async (db, seen) =>
        {
            await seen.AddAsync(db.ExecuteAsync("COMMAND", "INFO", "get"), static reply => reply.Length);
            await seen.AddAsync(seen.Server.CommandGetKeysAsync(["MSET", "a", "1", "b", "2"]));
        }),
        new("MEMORY, SLOWLOG, LATENCY, ROLE, LASTSAVE", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.MemoryPurgeAsync());
            await seen.AddAsync(seen.Server.SlowlogGetAsync(), static _ => "a log");
            await seen.AddAsync(seen.Server.LatencyResetAsync(), static _ => "a number");
            await seen.AddAsync(seen.Server.RoleAsync(), static role => role.Value);
            await seen.AddAsync(seen.Server.LastSaveAsync(), static _ => "a time");
        }),
    ];
}
