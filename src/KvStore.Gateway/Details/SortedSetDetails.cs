using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on sorted sets.</summary>
internal static class SortedSetDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("sorted-set",
    [
        new(
            "bzmpop", Write | Blocking, SortedSets, "7.0.0",
            "Remove and return members with scores in a sorted set or block until one is available", Counted(2, Takes)),
        new(
            "bzpopmax", Write | NoScript | Blocking | Fast, SortedSets, "5.0.0",
            "Remove and return the member with the highest score from one or more sorted sets, or block until one "
                + "is available", Keys(1, Takes, last: -2)),
        new(
            "bzpopmin", Write | NoScript | Blocking | Fast, SortedSets, "5.0.0",
            "Remove and return the member with the lowest score from one or more sorted sets, or block until one "
                + "is available", Keys(1, Takes, last: -2)),
        new(
            "zadd", Write | DenyOom | Fast, SortedSets, "1.2.0",
            "Add one or more members to a sorted set, or update its score if it already exists", Key(1, Updates)),
        new("zcard", ReadOnly | Fast, SortedSets, "1.2.0", "Get the number of members in a sorted set", Key(1, Looks)),
        new(
            "zcount", ReadOnly | Fast, SortedSets, "2.0.0",
            "Count the members in a sorted set with scores within the given values", Key(1, Reads)),
        new("zdiff", ReadOnly, SortedSets, "6.2.0", "Subtract multiple sorted sets", Counted(1, Reads)),
        new(
            "zdiffstore", Write | DenyOom, SortedSets, "6.2.0",
            "Subtract multiple sorted sets and store the resulting sorted set in a new key", Key(1, Overwrites),
            Counted(2, Reads)),
        new(
            "zincrby", Write | DenyOom | Fast, SortedSets, "1.2.0", "Increment the score of a member in a sorted set",
            Key(1, Modifies)),
        new("zinter", ReadOnly, SortedSets, "6.2.0", "Intersect multiple sorted sets", Counted(1, Reads)),
        new(
            "zintercard", ReadOnly, SortedSets, "7.0.0",
            "Intersect multiple sorted sets and return the cardinality of the result", Counted(1, Reads)),
        new(
            "zinterstore", Write | DenyOom, SortedSets, "2.0.0",
            "Intersect multiple sorted sets and store the resulting sorted set in a new key", Key(1, Overwrites),
            Counted(2, Reads)),
        new(
            "zlexcount", ReadOnly | Fast, SortedSets, "2.8.9",
            "Count the number of members in a sorted set between a given lexicographical range", Key(1, Reads)),
        new(
            "zmpop", Write, SortedSets, "7.0.0", "Remove and return members with scores in a sorted set",
            Counted(1, Takes)),
        new(
            "zmscore", ReadOnly | Fast, SortedSets, "6.2.0",
            "Get the score associated with the given members in a sorted set", Key(1, Reads)),
        new(
            "zpopmax", Write | Fast, SortedSets, "5.0.0",
            "Remove and return members with the highest scores in a sorted set", Key(1, Takes)),
        new(
            "zpopmin", Write | Fast, SortedSets, "5.0.0",
            "Remove and return members with the lowest scores in a sorted set", Key(1, Takes)),
        new(
            "zrandmember", ReadOnly, SortedSets, "6.2.0", "Get one or multiple random elements from a sorted set",
            Key(1, Reads)) { Tips = ["nondeterministic_output"] },
        new("zrange", ReadOnly, SortedSets, "1.2.0", "Return a range of members in a sorted set", Key(1, Reads)),
        new(
            "zrangebylex", ReadOnly, SortedSets, "2.8.9",
            "Return a range of members in a sorted set, by lexicographical range", Key(1, Reads)),
        new(
            "zrangebyscore", ReadOnly, SortedSets, "1.0.5", "Return a range of members in a sorted set, by score",
            Key(1, Reads)),
        new(
            "zrangestore", Write | DenyOom, SortedSets, "6.2.0",
            "Store a range of members from sorted set into another key", Key(1, Overwrites), Key(2, Reads)),
        new(
            "zrank", ReadOnly | Fast, SortedSets, "2.0.0", "Determine the index of a member in a sorted set",
            Key(1, Reads)),
        new("zrem", Write | Fast, SortedSets, "1.2.0", "Remove one or more members from a sorted set", Key(1, Deletes)),
        new(
            "zremrangebylex", Write, SortedSets, "2.8.9",
            "Remove all members in a sorted set between the given lexicographical range", Key(1, Deletes)),
        new(
            "zremrangebyrank", Write, SortedSets, "2.0.0",
            "Remove all members in a sorted set within the given indexes", Key(1, Deletes)),
        new(
            "zremrangebyscore", Write, SortedSets, "1.2.0",
            "Remove all members in a sorted set within the given scores", Key(1, Deletes)),
        new(
            "zrevrange", ReadOnly, SortedSets, "1.2.0",
            "Return a range of members in a sorted set, by index, with scores ordered from high to low", Key(1, Reads)),
        new(
            "zrevrangebylex", ReadOnly, SortedSets, "2.8.9",
            "Return a range of members in a sorted set, by lexicographical range, ordered from higher to lower "
                + "strings.", Key(1, Reads)),
        new(
            "zrevrangebyscore", ReadOnly, SortedSets, "2.2.0",
            "Return a range of members in a sorted set, by score, with scores ordered from high to low", Key(1, Reads)),
        new(
            "zrevrank", ReadOnly | Fast, SortedSets, "2.0.0",
            "Determine the index of a member in a sorted set, with scores ordered from high to low", Key(1, Reads)),
        new(
            "zscan", ReadOnly, SortedSets, "2.8.0", "Incrementally iterate sorted sets elements and associated scores",
            Key(1, Reads)) { Tips = ["nondeterministic_output"] },
        new(
            "zscore", ReadOnly | Fast, SortedSets, "1.2.0",
            "Get the score associated with the given member in a sorted set", Key(1, Reads)),
        new("zunion", ReadOnly, SortedSets, "6.2.0", "Add multiple sorted sets", Counted(1, Reads)),
        new(
            "zunionstore", Write | DenyOom, SortedSets, "2.0.0",
            "Add multiple sorted sets and store the resulting sorted set in a new key", Key(1, Overwrites),
            Counted(2, Reads)),
    ]);
}
