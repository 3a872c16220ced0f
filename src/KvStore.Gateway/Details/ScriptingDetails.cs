using static KvStore.Gateway.Details.AclCategories;
using static KvStore.Gateway.Details.CommandFlags;
using static KvStore.Gateway.Details.KeySpec;
using static KvStore.Gateway.Details.KeyUses;

namespace KvStore.Gateway.Details;

/// <summary>Details of the commands about scripts.</summary>
internal static class ScriptingDetails
{
    public static IEnumerable<CommandDetails> All => CommandDetails.OfGroup("scripting",
    [
        new(
            "eval", NoScript | Stale | SkipMonitor | NoMandatoryKeys, Scripting, "2.6.0",
            "Execute a Lua script server side",
            Counted(2, Modifies) with { Notes = "We cannot tell how the keys will be used so we assume the worst, "
                + "RW and UPDATE" }),
        new(
            "evalsha", NoScript | Stale | SkipMonitor | NoMandatoryKeys, Scripting, "2.6.0",
            "Execute a Lua script server side", Counted(2, Modifies)),
        new("script", None, NoCategory, "2.6.0", "A container for Lua scripts management commands"),
        new(
            "script|exists", NoScript, Scripting, "2.6.0", "Check existence of scripts in the script cache.")
            { Tips = ["request_policy:all_shards", "response_policy:agg_logical_and"] },
        new(
            "script|flush", NoScript, Scripting, "2.6.0", "Remove all the scripts from the script cache.")
            { Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"] },
        new("script|help", Loading | Stale, Scripting, "5.0.0", "Show helpful text about the different subcommands"),
        new(
            "script|kill", NoScript | AllowBusy, Scripting, "2.6.0", "Kill the script currently in execution.")
            { Tips = ["request_policy:all_shards", "response_policy:one_succeeded"] },
        new(
            "script|load", NoScript | Stale, Scripting, "2.6.0",
            "Load the specified Lua script into the script cache.")
            { Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"] },
    ]);
}
