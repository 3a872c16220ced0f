using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands of transactions.</summary>
internal static class TransactionDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("transactions",
    [
        new(
            "discard", NoScript | Loading | Stale | Fast | AllowBusy, Transacting, "2.0.0",
            "Discard all commands issued after MULTI"),
        new(
            "exec", NoScript | Loading | Stale | SkipSlowlog, Transacting, "1.2.0",
            "Execute all commands issued after MULTI"),
        new(
            "multi", NoScript | Loading | Stale | Fast | AllowBusy, Transacting, "1.2.0",
            "Mark the start of a transaction block"),
        new(
            "unwatch", NoScript | Loading | Stale | Fast | AllowBusy, Transacting, "2.2.0",
            "Forget about all watched keys"),
        new(
            "watch", NoScript | Loading | Stale | Fast | AllowBusy, Transacting, "2.2.0",
            "Watch the given keys to determine execution of the MULTI/EXEC block", Keys(1, Looks)),
    ]);
}
