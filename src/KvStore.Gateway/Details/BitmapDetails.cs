using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands on bits.</summary>
internal static class BitmapDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("bitmap",
    [
        new("bitcount", ReadOnly, Bitmaps, "2.6.0", "Count set bits in a string", Key(1, Reads)),
        new(
            "bitop", Write | DenyOom, Bitmaps, "2.6.0", "Perform bitwise operations between strings",
            Key(2, Overwrites), Keys(3, Reads)),
        new("bitpos", ReadOnly, Bitmaps, "2.8.7", "Find first bit set or clear in a string", Key(1, Reads)),
        new(
            "getbit", ReadOnly | Fast, Bitmaps, "2.2.0",
            "Returns the bit value at offset in the string value stored at key", Key(1, Reads)),
        new(
            "setbit", Write | DenyOom, Bitmaps, "2.2.0",
            "Sets or clears the bit at offset in the string value stored at key", Key(1, Modifies)),
    ]);
}
