using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands about the server that have subcommands.</summary>
internal static class ContainerDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("server",
    [
        new("acl", None, NoCategory, "6.0.0", "A container for Access List Control commands "),
        new(
            "acl|cat", NoScript | Loading | Stale, NoCategory, "6.0.0",
            "List the ACL categories or the commands inside a category"),
        new(
            "acl|getuser", Admin | NoScript | Loading | Stale, NoCategory, "6.0.0",
            "Get the rules for a specific ACL user"),
        new("acl|help", Loading | Stale, NoCategory, "6.0.0", "Show helpful text about the different subcommands"),
        new(
            "acl|list", Admin | NoScript | Loading | Stale, NoCategory, "6.0.0",
            "List the current ACL rules in ACL config file format"),
        new(
            "acl|users", Admin | NoScript | Loading | Stale, NoCategory, "6.0.0",
            "List the username of all the configured ACL rules"),
        new(
            "acl|whoami", NoScript | Loading | Stale, NoCategory, "6.0.0",
            "Return the name of the user associated to the current connection"),
        new(
            "command", Loading | Stale, Connection, "2.8.13", "Get array of Redis command details")
            { Tips = ["nondeterministic_output_order"] },
        new("command|count", Loading | Stale, Connection, "2.8.13", "Get total number of Redis commands"),
        new(
            "command|docs", Loading | Stale, Connection, "7.0.0", "Get array of specific Redis command documentation")
            { Tips = ["nondeterministic_output_order"] },
        new("command|getkeys", Loading | Stale, Connection, "2.8.13", "Extract keys given a full Redis command"),
        new(
            "command|getkeysandflags", Loading | Stale, Connection, "7.0.0",
            "Extract keys and access flags given a full Redis command"),
        new("command|help", Loading | Stale, Connection, "5.0.0", "Show helpful text about the different subcommands"),
        new(
            "command|info", Loading | Stale, Connection, "2.8.13",
            "Get array of specific Redis command details, or all when no argument is given.")
            { Tips = ["nondeterministic_output_order"] },
        new(
            "command|list", Loading | Stale, Connection, "7.0.0", "Get an array of Redis command names")
            { Tips = ["nondeterministic_output_order"] },
        new("config", None, NoCategory, "2.0.0", "A container for server configuration commands"),
        new(
            "config|get", Admin | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Get the values of configuration parameters"),
        new("config|help", Loading | Stale, NoCategory, "5.0.0", "Show helpful text about the different subcommands"),
        new(
            "config|resetstat", Admin | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Reset the stats returned by INFO"),
        new(
            "config|rewrite", Admin | NoScript | Loading | Stale, NoCategory, "2.8.0",
            "Rewrite the configuration file with the in memory configuration"),
        new(
            "config|set", Admin | NoScript | Loading | Stale, NoCategory, "2.0.0",
            "Set configuration parameters to the given values")
            { Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"] },
        new("latency", None, NoCategory, "2.8.13", "A container for latency diagnostics commands"),
        new(
            "latency|doctor", Admin | NoScript | Loading | Stale, NoCategory, "2.8.13",
            "Return a human readable latency analysis report.")
            { Tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"] },
        new(
            "latency|graph", Admin | NoScript | Loading | Stale, NoCategory, "2.8.13",
            "Return a latency graph for the event.")
            { Tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"] },
        new(
            "latency|help", Loading | Stale, NoCategory, "2.8.13",
            "Show helpful text about the different subcommands."),
        new(
            "latency|history", Admin | NoScript | Loading | Stale, NoCategory, "2.8.13",
            "Return timestamp-latency samples for the event.")
            { Tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"] },
        new(
            "latency|latest", Admin | NoScript | Loading | Stale, NoCategory, "2.8.13",
            "Return the latest latency samples for all events.")
            { Tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"] },
        new(
            "latency|reset", Admin | NoScript | Loading | Stale, NoCategory, "2.8.13",
            "Reset latency data for one or more events.")
            { Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"] },
        new("memory", None, NoCategory, "4.0.0", "A container for memory diagnostics commands"),
        new("memory|help", Loading | Stale, NoCategory, "4.0.0", "Show helpful text about the different subcommands"),
        new(
            "memory|purge", None, NoCategory, "4.0.0", "Ask the allocator to release memory")
            { Tips = ["request_policy:all_shards", "response_policy:all_succeeded"] },
        new("memory|usage", ReadOnly, NoCategory, "4.0.0", "Estimate the memory usage of a key", Key(2, Looks)),
        new("slowlog", None, NoCategory, "2.2.12", "A container for slow log commands"),
        new(
            "slowlog|get", Admin | Loading | Stale, NoCategory, "2.2.12", "Get the slow log's entries")
            { Tips = ["request_policy:all_nodes", "nondeterministic_output"] },
        new("slowlog|help", Loading | Stale, NoCategory, "6.2.0", "Show helpful text about the different subcommands"),
        new(
            "slowlog|len", Admin | Loading | Stale, NoCategory, "2.2.12", "Get the slow log's length")
            { Tips = ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"] },
        new(
            "slowlog|reset", Admin | Loading | Stale, NoCategory, "2.2.12", "Clear all entries from the slow log")
            { Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"] },
    ]);
}
