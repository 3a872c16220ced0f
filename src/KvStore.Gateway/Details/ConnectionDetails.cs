using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands about a connection.</summary>
internal static class ConnectionDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("connection",
    [
        new(
            "auth", NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, Connection, "1.0.0",
            "Authenticate to the server"),
        new("client", None, NoCategory, "2.4.0", "A container for client connection commands"),
        new(
            "client|caching", NoScript | Loading | Stale, Connection, "6.0.0",
            "Instruct the server about tracking or not keys in the next request"),
        new("client|getname", NoScript | Loading | Stale, Connection, "2.6.9", "Get the current connection name"),
        new(
            "client|getredir", NoScript | Loading | Stale, Connection, "6.0.0",
            "Get tracking notifications redirection client ID if any"),
        new("client|help", Loading | Stale, Connection, "5.0.0", "Show helpful text about the different subcommands"),
        new(
            "client|id", NoScript | Loading | Stale, Connection, "5.0.0",
            "Returns the client ID for the current connection"),
        new(
            "client|info", NoScript | Loading | Stale, Connection, "6.2.0",
            "Returns information about the current client connection.") { Tips = ["nondeterministic_output"] },
        new("client|kill", Admin | NoScript | Loading | Stale, Connection, "2.4.0", "Kill the connection of a client"),
        new(
            "client|list", Admin | NoScript | Loading | Stale, Connection, "2.4.0",
            "Get the list of client connections") { Tips = ["nondeterministic_output"] },
        new(
            "client|no-evict", Admin | NoScript | Loading | Stale, Connection, "7.0.0",
            "Set client eviction mode for the current connection"),
        new(
            "client|pause", Admin | NoScript | Loading | Stale, Connection, "2.9.50",
            "Stop processing commands from clients for some time"),
        new(
            "client|reply", NoScript | Loading | Stale, Connection, "3.2.0",
            "Instruct the server whether to reply to commands"),
        new("client|setname", NoScript | Loading | Stale, Connection, "2.6.9", "Set the current connection name"),
        new(
            "client|tracking", NoScript | Loading | Stale, Connection, "6.0.0",
            "Enable or disable server assisted client side caching support"),
        new(
            "client|trackinginfo", NoScript | Loading | Stale, Connection, "6.2.0",
            "Return information about server assisted client side caching for the current connection"),
        new(
            "client|unblock", Admin | NoScript | Loading | Stale, Connection, "5.0.0",
            "Unblock a client blocked in a blocking command from a different connection"),
        new(
            "client|unpause", Admin | NoScript | Loading | Stale, Connection, "6.2.0",
            "Resume processing of clients that were paused"),
        new("echo", Loading | Stale | Fast, Connection, "1.0.0", "Echo the given string"),
        new(
            "hello", NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, Connection, "6.0.0",
            "Handshake with Redis"),
        new(
            "ping", Fast, Connection, "1.0.0", "Ping the server")
            { Tips = ["request_policy:all_shards", "response_policy:all_succeeded"] },
        new(
            "quit", NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, Connection, "1.0.0",
            "Close the connection"),
        new(
            "reset", NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, Connection, "6.2.0",
            "Reset the connection"),
        new(
            "select", Loading | Stale | Fast, Connection, "1.0.0",
            "Change the selected database for the current connection"),
    ]);
}
