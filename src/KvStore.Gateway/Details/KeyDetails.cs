using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on keys of any type.</summary>
internal static class KeyDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("generic",
    [
        new("copy", Write | DenyOom, Keyspace, "6.2.0", "Copy a key", Key(1, Reads), Key(2, Overwrites)),
        new(
            "del", Write, Keyspace, "1.0.0", "Delete a key", Keys(1, Removes))
            { Tips = ["request_policy:multi_shard", "response_policy:agg_sum"] },
        new(
            "exists", ReadOnly | Fast, Keyspace, "1.0.0", "Determine if a key exists", Keys(1, Looks))
            { Tips = ["request_policy:multi_shard", "response_policy:agg_sum"] },
        new("expire", Write | Fast, Keyspace, "1.0.0", "Set a key's time to live in seconds", Key(1, Updates)),
        new(
            "expireat", Write | Fast, Keyspace, "1.2.0", "Set the expiration for a key as a UNIX timestamp",
            Key(1, Updates)),
        new(
            "expiretime", ReadOnly | Fast, Keyspace, "7.0.0", "Get the expiration Unix timestamp for a key",
            Key(1, Reads)),
        new(
            "keys", ReadOnly, Keyspace | Dangerous, "1.0.0", "Find all keys matching the given pattern")
            { Tips = ["request_policy:all_shards", "nondeterministic_output_order"] },
        new("object", None, NoCategory, "2.2.3", "A container for object introspection commands"),
        new(
            "object|encoding", ReadOnly, Keyspace, "2.2.3", "Inspect the internal encoding of a Redis object",
            Key(2, Looks)) { Tips = ["nondeterministic_output"] },
        new(
            "object|freq", ReadOnly, Keyspace, "4.0.0",
            "Get the logarithmic access frequency counter of a Redis object", Key(2, Looks))
            { Tips = ["nondeterministic_output"] },
        new("object|help", Loading | Stale, Keyspace, "6.2.0", "Show helpful text about the different subcommands"),
        new(
            "object|idletime", ReadOnly, Keyspace, "2.2.3", "Get the time since a Redis object was last accessed",
            Key(2, Looks)) { Tips = ["nondeterministic_output"] },
        new(
            "object|refcount", ReadOnly, Keyspace, "2.2.3", "Get the number of references to the value of the key",
            Key(2, Looks)) { Tips = ["nondeterministic_output"] },
        new("persist", Write | Fast, Keyspace, "2.2.0", "Remove the expiration from a key", Key(1, Updates)),
        new("pexpire", Write | Fast, Keyspace, "2.6.0", "Set a key's time to live in milliseconds", Key(1, Updates)),
        new(
            "pexpireat", Write | Fast, Keyspace, "2.6.0",
            "Set the expiration for a key as a UNIX timestamp specified in milliseconds", Key(1, Updates)),
        new(
            "pexpiretime", ReadOnly | Fast, Keyspace, "7.0.0",
            "Get the expiration Unix timestamp for a key in milliseconds", Key(1, Reads)),
        new(
            "pttl", ReadOnly | Fast, Keyspace, "2.6.0", "Get the time to live for a key in milliseconds",
            Key(1, Reads)) { Tips = ["nondeterministic_output"] },
        new(
            "randomkey", ReadOnly, Keyspace, "1.0.0", "Return a random key from the keyspace")
            { Tips = ["request_policy:all_shards", "nondeterministic_output"] },
        new("rename", Write, Keyspace, "1.0.0", "Rename a key", Key(1, Takes), Key(2, Overwrites)),
        new(
            "renamenx", Write | Fast, Keyspace, "1.0.0", "Rename a key, only if the new key does not exist",
            Key(1, Takes), Key(2, Makes)),
        new(
            "scan", ReadOnly, Keyspace, "2.8.0", "Incrementally iterate the keys space")
            { Tips = ["nondeterministic_output", "request_policy:special"] },
        new(
            "touch", ReadOnly | Fast, Keyspace, "3.2.1",
            "Alters the last access time of a key(s). Returns the number of existing keys specified.", Keys(1, Looks))
            { Tips = ["request_policy:multi_shard", "response_policy:agg_sum"] },
        new(
            "ttl", ReadOnly | Fast, Keyspace, "1.0.0", "Get the time to live for a key in seconds", Key(1, Reads))
            { Tips = ["nondeterministic_output"] },
        new("type", ReadOnly | Fast, Keyspace, "1.0.0", "Determine the type stored at key", Key(1, Looks)),
        new(
            "unlink", Write | Fast, Keyspace, "4.0.0",
            "Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non blocking.",
            Keys(1, Removes)) { Tips = ["request_policy:multi_shard", "response_policy:agg_sum"] },
        new(
            "wait", NoScript, Connection, "3.0.0",
            "Wait for the synchronous replication of all the write commands sent in the context of the current "
                + "connection") { Tips = ["request_policy:all_shards", "response_policy:agg_min"] },
    ]);
}
