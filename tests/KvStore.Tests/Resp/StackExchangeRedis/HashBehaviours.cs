using StackExchange.Redis;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Hashes.</summary>
internal static class HashBehaviours
{
    public static IEnumerable<Behaviour> All =>
    [
        new("fields are read back", static async (db, seen) =>
        {
            await seen.AddAsync(db.HashSetAsync("h", "f", "1"));
            await seen.AddAsync(db.HashSetAsync("h", "f", "2"));
            await seen.AddAsync(db.HashGetAsync("h", "f"));
            await seen.AddAsync(db.HashGetAsync("h", "none"));
            await seen.AddAsync(db.HashGetAsync("none", "f"));
        }),
        new("many fields at once", static async (db, seen) =>
        {
            await seen.AddAsync(db.HashSetAsync("h", [new("a", "1"), new("b", ""), new("", "3")]));
            await seen.AddAsync(db.HashGetAsync("h", ["b", "none", "a", "", "b"]));
            await seen.AddSortedAsync(db.HashGetAllAsync("h"));
            await seen.AddSortedAsync(db.HashKeysAsync("h"));
            await seen.AddSortedAsync(db.HashValuesAsync("h"));
            await seen.AddAsync(db.HashLengthAsync("h"));
        }),
        new("a hash that is not there", static async (db, seen) =>
        {
            await seen.AddAsync(db.HashGetAllAsync("none"));
            await seen.AddAsync(db.HashKeysAsync("none"));
            await seen.AddAsync(db.HashValuesAsync("none"));
            await seen.AddAsync(db.HashGetAsync("none", ["a", "b"]));
            await seen.AddAsync(db.HashLengthAsync("none"));
            await seen.AddAsync(db.HashDeleteAsync("none", "f"));
            await seen.AddAsync(db.HashExistsAsync("none", "f"));
        }),
        new("HSETNX", static async (db, seen) =>
        {
            await seen.AddAsync(db.HashSetAsync("h", "f", "1", When.NotExists));
            await seen.AddAsync(db.HashSetAsync("h", "f", "2", When.NotExists));
            await seen.AddAsync(db.HashGetAsync("h", "f"));
        }),
        new("fields are deleted, and the hash with the last", static async (db, seen) =>
        {
            await db.HashSetAsync("h", [new("a", "1"), new("b", "2"), new("c", "3")]);
            await seen.AddAsync(db.HashDeleteAsync("h", "a"));
            await seen.AddAsync(db.HashDeleteAsync("h", "a"));
            await seen.AddAsync(db.HashDeleteAsync("h", ["b", "c", "none"]));
            await seen.AddAsync(db.KeyExistsAsync("h"));
        }),
        new("HEXISTS and HSTRLEN", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "value");
            await seen.AddAsync(db.HashExistsAsync("h", "f"));
            await seen.AddAsync(db.HashExistsAsync("h", "none"));
            await seen.AddAsync(db.HashStringLengthAsync("h", "f"));
            await seen.AddAsync(db.HashStringLengthAsync("h", "none"));
        }),
        new("a lease of a field", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "leased");
            using Lease<byte>? lease = await db.HashGetLeaseAsync("h", "f");
            seen.Add(lease);
            using Lease<byte>? none = await db.HashGetLeaseAsync("h", "none");
            seen.Add(none);
        }),
        new("HSCAN visits each field once", static async (db, seen) =>
        {
            await db.HashSetAsync("h", [.. Enumerable.Range(0, 700).Select(static i => new HashEntry($"f{i}", i))]);
            HashEntry[] all = await db.HashScanAsync("h", pageSize: 50).ToArrayAsync();
            seen.Add(all.Length);
            seen.Add(ResultText.Sorted(all));
            await seen.AddSortedAsync(db.HashScanAsync("h", "f1?", pageSize: 10).ToArrayAsync().AsTask());
            await seen.AddAsync(db.HashScanAsync("none").ToArrayAsync().AsTask());
        }),
        new("fields of any bytes", static async (db, seen) =>
        {
            byte[] bytes = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
            await seen.AddAsync(db.HashSetAsync("h", bytes, bytes));
            await seen.AddAsync(db.HashGetAllAsync("h"));
        }),
        new("HSET of a field without a value", static async (db, seen) =>
        {
            await seen.AddAsync(db.ExecuteAsync("HSET", "h", "a", "1", "b"));
            await seen.AddAsync(db.ExecuteAsync("HMSET", "h", "a"));
            await seen.AddAsync(db.KeyExistsAsync("h"));
        }),
        new("fields at random", static async (db, seen) =>
        {
            await db.HashSetAsync("h", "f", "v");
            await seen.AddAsync(db.HashRandomFieldAsync("h"));
            await seen.AddAsync(db.HashRandomFieldsAsync("h", -2));
            await seen.AddAsync(db.HashRandomFieldsWithValuesAsync("h", 5));
            await seen.AddAsync(db.HashRandomFieldAsync("none"));
            await seen.AddAsync(db.HashRandomFieldsWithValuesAsync("none", 1));
        }),
    ];
}
