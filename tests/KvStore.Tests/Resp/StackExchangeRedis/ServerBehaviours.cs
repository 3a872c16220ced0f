using System.Globalization;
using System.Net;
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
        new("ROLE tells of a master without replicas", static async (_, seen) =>
            await seen.AddAsync(seen.Server.RoleAsync(), static role =>
                role is Role.Master master ? $"{master.ReplicationOffset} {master.Replicas.Count}" : "another")),
        new("CLIENT LIST tells of each connection", static async (_, seen) =>
        {
            await using ConnectionMultiplexer other = await seen.ConnectAsync(static o => o.ClientName = "other");
            await seen.AddAsync(seen.Server.ClientListAsync(), static clients => clients
                .Where(static c => c.Name == "other")
                .Select(static c => $"{c.Name} {c.Database} {c.TransactionCommandLength}").Distinct());
        }),
        new("CLIENT KILL ends the connections of a type", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.ClientKillAsync(clientType: ClientType.Replica));
            await seen.AddAsync(seen.Server.ClientKillAsync(new IPEndPoint(IPAddress.Loopback, 1)));
        }),
        new("COMMAND GETKEYS of several forms", static async (db, seen) =>
        {
            await seen.AddAsync(seen.Server.CommandGetKeysAsync(["LMOVE", "a", "b", "LEFT", "LEFT"]));
            await seen.AddAsync(seen.Server.CommandGetKeysAsync(["PING", "x"]));
            await seen.AddAsync(seen.Server.CommandGetKeysAsync(["NOSUCH", "x"]));
            await seen.AddAsync(db.ExecuteAsync("COMMAND", "GETKEYSANDFLAGS", "SET", "a", "1", "GET"), static reply =>
                string.Join(' ', (string?[]?)reply[0][1] ?? []));
            await seen.AddAsync(
                seen.Server.CommandListAsync(category: "transaction"), static names => names.Order());
        }),
        new("SLOWLOG and LATENCY are empty", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.SlowlogGetAsync(5), static log => log.Length);
            await seen.AddAsync(seen.Server.SlowlogResetAsync());
            await seen.AddAsync(seen.Server.LatencyDoctorAsync());
            await seen.AddAsync(seen.Server.LatencyHistoryAsync("command"), static samples => samples.Length);
            await seen.AddAsync(seen.Server.LatencyLatestAsync(), static events => events.Length);
        }),
        new("SAVE", static async (db, seen) => await seen.AddAsync(db.ExecuteAsync("SAVE"))),
        new("MEMORY DOCTOR and STATS", static async (_, seen) =>
        {
            await seen.AddAsync(seen.Server.MemoryDoctorAsync(), static _ => "a text");
            await seen.AddAsync(seen.Server.MemoryStatsAsync(), static _ => "numbers");
        }),
        new("what keys take, and how they are kept", static async (db, seen) =>
        {
            await db.StringSetAsync("i", 12345);
            await db.StringSetAsync("r", new string('x', 100));
            await db.SetAddAsync("s", [1, 2, 3]);
            await db.HashSetAsync("h", "f", "v");
            await db.ListRightPushAsync("l", "e");
            foreach (string key in (string[])["i", "r", "s", "h", "l", "none"])
            {
                await seen.AddAsync(db.KeyEncodingAsync(key));
                await seen.AddAsync(db.KeyRefCountAsync(key));
                await seen.AddAsync(
                    db.ExecuteAsync("MEMORY", "USAGE", key, "SAMPLES", 0),
                    static size => size.IsNull || (long)size > 40);
            }
        }),
    ];
}
