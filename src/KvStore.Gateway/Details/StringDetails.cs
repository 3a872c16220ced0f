using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on strings.</summary>
internal static class StringDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("string",
    [
        new("append", Write | DenyOom | Fast, Strings, "2.0.0", "Append a value to a key", Key(1, Inserts)),
        new(
            "decr", Write | DenyOom | Fast, Strings, "1.0.0", "Decrement the integer value of a key by one",
            Key(1, Modifies)),
        new(
            "decrby", Write | DenyOom | Fast, Strings, "1.0.0",
            "Decrement the integer value of a key by the given number", Key(1, Modifies)),
        new("get", ReadOnly | Fast, Strings, "1.0.0", "Get the value of a key", Key(1, Reads)),
        new("getdel", Write | Fast, Strings, "6.2.0", "Get the value of a key and delete the key", Key(1, Takes)),
        new(
            "getex", Write | Fast, Strings, "6.2.0", "Get the value of a key and optionally set its expiration",
            Key(1, Modifies) with { Notes = "RW and UPDATE because it changes the TTL" }),
        new("getrange", ReadOnly, Strings, "2.4.0", "Get a substring of the string stored at a key", Key(1, Reads)),
        new(
            "getset", Write | DenyOom | Fast, Strings, "1.0.0",
            "Set the string value of a key and return its old value", Key(1, Modifies)),
        new(
            "incr", Write | DenyOom | Fast, Strings, "1.0.0", "Increment the integer value of a key by one",
            Key(1, Modifies)),
        new(
            "incrby", Write | DenyOom | Fast, Strings, "1.0.0",
            "Increment the integer value of a key by the given amount", Key(1, Modifies)),
        new(
            "incrbyfloat", Write | DenyOom | Fast, Strings, "2.6.0",
            "Increment the float value of a key by the given amount", Key(1, Modifies)),
        new(
            "mget", ReadOnly | Fast, Strings, "1.0.0", "Get the values of all the given keys", Keys(1, Reads))
            { Tips = ["request_policy:multi_shard"] },
        new(
            "mset", Write | DenyOom, Strings, "1.0.1", "Set multiple keys to multiple values",
            Keys(1, Overwrites, step: 2)) { Tips = ["request_policy:multi_shard", "response_policy:all_succeeded"] },
        new(
            "msetnx", Write | DenyOom, Strings, "1.0.1",
            "Set multiple keys to multiple values, only if none of the keys exist", Keys(1, Makes, step: 2))
            { Tips = ["request_policy:multi_shard", "response_policy:agg_min"] },
        new(
            "psetex", Write | DenyOom, Strings, "2.6.0", "Set the value and expiration in milliseconds of a key",
            Key(1, Overwrites)),
        new(
            "set", Write | DenyOom, Strings, "1.0.0", "Set the string value of a key",
            Key(1, ModifiesOrNot) with { Notes = "RW and ACCESS due to the optional `GET` argument" }),
        new("setex", Write | DenyOom, Strings, "2.0.0", "Set the value and expiration of a key", Key(1, Overwrites)),
        new(
            "setnx", Write | DenyOom | Fast, Strings, "1.0.0",
            "Set the value of a key, only if the key does not exist", Key(1, Makes)),
        new(
            "setrange", Write | DenyOom, Strings, "2.2.0",
            "Overwrite part of a string at key starting at the specified offset", Key(1, Updates)),
        new("strlen", ReadOnly | Fast, Strings, "2.2.0", "Get the length of the value stored in a key", Key(1, Looks)),
        new("substr", ReadOnly, Strings, "1.0.0", "Get a substring of the string stored at a key", Key(1, Reads)),
    ]);
}
