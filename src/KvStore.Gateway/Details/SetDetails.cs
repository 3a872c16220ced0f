using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on sets.</summary>
internal static class SetDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("set",
    [
        new("sadd", Write | DenyOom | Fast, Sets, "1.0.0", "Add one or more members to a set", Key(1, Inserts)),
        new("scard", ReadOnly | Fast, Sets, "1.0.0", "Get the number of members in a set", Key(1, Looks)),
        new(
            "sdiff", ReadOnly, Sets, "1.0.0", "Subtract multiple sets", Keys(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new(
            "sdiffstore", Write | DenyOom, Sets, "1.0.0",
            "Subtract multiple sets and store the resulting set in a key", Key(1, Overwrites), Keys(2, Reads)),
        new(
            "sinter", ReadOnly, Sets, "1.0.0", "Intersect multiple sets", Keys(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new(
            "sintercard", ReadOnly, Sets, "7.0.0", "Intersect multiple sets and return the cardinality of the result",
            Counted(1, Reads)),
        new(
            "sinterstore", Write | DenyOom, Sets, "1.0.0",
            "Intersect multiple sets and store the resulting set in a key", Key(1, Updates), Keys(2, Reads)),
        new(
            "sismember", ReadOnly | Fast, Sets, "1.0.0", "Determine if a given value is a member of a set",
            Key(1, Looks)),
        new(
            "smembers", ReadOnly, Sets, "1.0.0", "Get all the members in a set", Key(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new(
            "smismember", ReadOnly | Fast, Sets, "6.2.0",
            "Returns the membership associated with the given elements for a set", Key(1, Reads)),
        new(
            "smove", Write | Fast, Sets, "1.0.0", "Move a member from one set to another", Key(1, Takes),
            Key(2, Inserts)),
        new(
            "spop", Write | Fast, Sets, "1.0.0", "Remove and return one or multiple random members from a set",
            Key(1, Takes)) { Tips = ["nondeterministic_output"] },
        new(
            "srandmember", ReadOnly, Sets, "1.0.0", "Get one or multiple random members from a set", Key(1, Reads))
            { Tips = ["nondeterministic_output"] },
        new("srem", Write | Fast, Sets, "1.0.0", "Remove one or more members from a set", Key(1, Deletes)),
        new(
            "sscan", ReadOnly, Sets, "2.8.0", "Incrementally iterate Set elements", Key(1, Reads))
            { Tips = ["nondeterministic_output"] },
        new(
            "sunion", ReadOnly, Sets, "1.0.0", "Add multiple sets", Keys(1, Reads))
            { Tips = ["nondeterministic_output_order"] },
        new(
            "sunionstore", Write | DenyOom, Sets, "1.0.0", "Add multiple sets and store the resulting set in a key",
            Key(1, Overwrites), Keys(2, Reads)),
    ]);
}
