using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands about the server.</summary>
internal static class ServerDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("server",
    [
        new(
            "bgrewriteaof", Admin | NoScript | NoAsyncLoading, NoCategory, "1.0.0",
            "Asynchronously rewrite the append-only file"),
        new(
            "bgsave", Admin | NoScript | NoAsyncLoading, NoCategory, "1.0.0",
            "Asynchronously save the dataset to disk"),
        new(
            "dbsize", ReadOnly | Fast, Keyspace, "1.0.0", "Return the number of keys in the selected database")
            { Tips = ["request_policy:all_shards", "response_policy:agg_sum"] },
        new(
            "flushall", Write, Keyspace | Dangerous, "1.0.0", "Remove all keys from all databases")
            { Tips = ["request_policy:all_shards", "response_policy:all_succeeded"] },
        new(
            "flushdb", Write, Keyspace | Dangerous, "1.0.0", "Remove all keys from the current database")
            { Tips = ["request_policy:all_shards", "response_policy:all_succeeded"] },
        new(
            "info", Loading | Stale, Dangerous, "1.0.0", "Get information and statistics about the server")
            { Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"] },
        new(
            "lastsave", Loading | Stale | Fast, AdminOnly | Dangerous, "1.0.0",
            "Get the UNIX time stamp of the last successful save to disk") { Tips = ["nondeterministic_output"] },
        new(
            "role", NoScript | Loading | Stale | Fast, AdminOnly | Dangerous, "2.8.12",
            "Return the role of the instance in the context of replication"),
        new(
            "save", Admin | NoScript | NoAsyncLoading | NoMulti, NoCategory, "1.0.0",
            "Synchronously save the dataset to disk"),
        new(
            "time", Loading | Stale | Fast, NoCategory, "2.6.0", "Return the current server time")
            { Tips = ["nondeterministic_output"] },
    ]);
}
