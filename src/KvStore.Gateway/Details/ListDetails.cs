using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on lists.</summary>
internal static class ListDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("list",
    [
        new(
            "blmove", Write | DenyOom | NoScript | Blocking, Lists, "6.2.0",
            "Pop an element from a list, push it to another list and return it; or block until one is available",
            Key(1, Takes), Key(2, Inserts)),
        new(
            "blmpop", Write | Blocking, Lists, "7.0.0", "Pop elements from a list, or block until one is available",
            Counted(2, Takes)),
        new(
            "blpop", Write | NoScript | Blocking, Lists, "2.0.0",
            "Remove and get the first element in a list, or block until one is available", Keys(1, Takes, last: -2)),
        new(
            "brpop", Write | NoScript | Blocking, Lists, "2.0.0",
            "Remove and get the last element in a list, or block until one is available", Keys(1, Takes, last: -2)),
        new(
            "brpoplpush", Write | DenyOom | NoScript | Blocking, Lists, "2.2.0",
            "Pop an element from a list, push it to another list and return it; or block until one is available",
            Key(1, Takes), Key(2, Inserts)),
        new("lindex", ReadOnly, Lists, "1.0.0", "Get an element from a list by its index", Key(1, Reads)),
        new(
            "linsert", Write | DenyOom, Lists, "2.2.0", "Insert an element before or after another element in a list",
            Key(1, Inserts)),
        new("llen", ReadOnly | Fast, Lists, "1.0.0", "Get the length of a list", Key(1, Looks)),
        new(
            "lmove", Write | DenyOom, Lists, "6.2.0",
            "Pop an element from a list, push it to another list and return it", Key(1, Takes), Key(2, Inserts)),
        new("lmpop", Write, Lists, "7.0.0", "Pop elements from a list", Counted(1, Takes)),
        new("lpop", Write | Fast, Lists, "1.0.0", "Remove and get the first elements in a list", Key(1, Takes)),
        new("lpos", ReadOnly, Lists, "6.0.6", "Return the index of matching elements on a list", Key(1, Reads)),
        new(
            "lpush", Write | DenyOom | Fast, Lists, "1.0.0", "Prepend one or multiple elements to a list",
            Key(1, Inserts)),
        new(
            "lpushx", Write | DenyOom | Fast, Lists, "2.2.0", "Prepend an element to a list, only if the list exists",
            Key(1, Inserts)),
        new("lrange", ReadOnly, Lists, "1.0.0", "Get a range of elements from a list", Key(1, Reads)),
        new("lrem", Write, Lists, "1.0.0", "Remove elements from a list", Key(1, Deletes)),
        new(
            "lset", Write | DenyOom, Lists, "1.0.0", "Set the value of an element in a list by its index",
            Key(1, Updates)),
        new("ltrim", Write, Lists, "1.0.0", "Trim a list to the specified range", Key(1, Deletes)),
        new("rpop", Write | Fast, Lists, "1.0.0", "Remove and get the last elements in a list", Key(1, Takes)),
        new(
            "rpoplpush", Write | DenyOom, Lists, "1.2.0",
            "Remove the last element in a list, prepend it to another list and return it", Key(1, Takes),
            Key(2, Inserts)),
        new(
            "rpush", Write | DenyOom | Fast, Lists, "1.0.0", "Append one or multiple elements to a list",
            Key(1, Inserts)),
        new(
            "rpushx", Write | DenyOom | Fast, Lists, "2.2.0", "Append an element to a list, only if the list exists",
            Key(1, Inserts)),
    ]);
}
