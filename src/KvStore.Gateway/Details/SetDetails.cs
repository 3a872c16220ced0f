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
        new("srem", Write | Fast, Sets, "1.0.0", "Remove one or more members from a set", Key(1, Deletes)),
        new(
            "sscan", ReadOnly, Sets, "2.8.0", "Incrementally iterate Set elements", Key(1, Reads))
            { Tips = ["nondeterministic_output"] },
    ]);
}
