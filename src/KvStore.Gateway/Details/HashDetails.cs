using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on hashes.</summary>
internal static class HashDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("hash",
    [
        new("hdel", Write | Fast, Hashes, "2.0.0", "Delete one or more hash fields", Key(1, Deletes)),
        new("hexists", ReadOnly | Fast, Hashes, "2.0.0", "Determine if a hash field exists", Key(1, Looks)),
        new("hget", ReadOnly | Fast, Hashes, "2.0.0", "Get the value of a hash field", Key(1, Reads)),
        new(
            "hgetall", ReadOnly, Hashes, "2.0.0", "Get all the fields and values in a hash", Key(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new(
            "hincrby", Write | DenyOom | Fast, Hashes, "2.0.0",
            "Increment the integer value of a hash field by the given number", Key(1, Modifies)),
        new(
            "hincrbyfloat", Write | DenyOom | Fast, Hashes, "2.6.0",
            "Increment the float value of a hash field by the given amount", Key(1, Modifies)),
        new(
            "hkeys", ReadOnly, Hashes, "2.0.0", "Get all the fields in a hash", Key(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new("hlen", ReadOnly | Fast, Hashes, "2.0.0", "Get the number of fields in a hash", Key(1, Looks)),
        new("hmget", ReadOnly | Fast, Hashes, "2.0.0", "Get the values of all the given hash fields", Key(1, Reads)),
        new(
            "hmset", Write | DenyOom | Fast, Hashes, "2.0.0", "Set multiple hash fields to multiple values",
            Key(1, Updates)),
        new(
            "hrandfield", ReadOnly, Hashes, "6.2.0", "Get one or multiple random fields from a hash", Key(1, Reads))
            { Tips = ["nondeterministic_output"] },
        new(
            "hscan", ReadOnly, Hashes, "2.8.0", "Incrementally iterate hash fields and associated values",
            Key(1, Reads)) { Tips = ["nondeterministic_output"] },
        new("hset", Write | DenyOom | Fast, Hashes, "2.0.0", "Set the string value of a hash field", Key(1, Updates)),
        new(
            "hsetnx", Write | DenyOom | Fast, Hashes, "2.0.0",
            "Set the value of a hash field, only if the field does not exist", Key(1, Inserts)),
        new("hstrlen", ReadOnly | Fast, Hashes, "3.2.0", "Get the length of the value of a hash field", Key(1, Looks)),
        new(
            "hvals", ReadOnly, Hashes, "2.0.0", "Get all the values in a hash", Key(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
    ]);
}
