using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands about channels.</summary>
internal static class ChannelDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("pubsub",
    [
        new(
            "psubscribe", PubSub | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Listen for messages published to channels matching the given patterns"),
        new("publish", PubSub | Loading | Stale | Fast, NoCategory, "2.0.0", "Post a message to a channel"),
        new("pubsub", None, NoCategory, "2.8.0", "A container for Pub/Sub commands"),
        new("pubsub|channels", PubSub | Loading | Stale, NoCategory, "2.8.0", "List active channels"),
        new("pubsub|help", Loading | Stale, NoCategory, "6.2.0", "Show helpful text about the different subcommands"),
        new(
            "pubsub|numpat", PubSub | Loading | Stale, NoCategory, "2.8.0",
            "Get the count of unique patterns pattern subscriptions"),
        new(
            "pubsub|numsub", PubSub | Loading | Stale, NoCategory, "2.8.0",
            "Get the count of subscribers for channels"),
        new(
            "punsubscribe", PubSub | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Stop listening for messages posted to channels matching the given patterns"),
        new(
            "subscribe", PubSub | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Listen for messages published to the given channels"),
        new(
            "unsubscribe", PubSub | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Stop listening for messages posted to the given channels"),
    ]);
}
