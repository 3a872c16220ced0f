using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>What CLIENT HELP and its like reply: Redis' own texts, line by line.</summary>
internal static class HelpTexts
{
    private const string Help = """
        HELP
            Prints this help.
        """;

    public const string Client = $"""
        CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        CACHING (YES|NO)
            Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.
        GETREDIR
            Return the client ID we are redirecting to when tracking is enabled.
        GETNAME
            Return the name of the current connection.
        ID
            Return the ID of the current connection.
        INFO
            Return information about the current client connection.
        KILL <ip:port>
            Kill connection made from <ip:port>.
        KILL <option> <value> [<option> <value> [...]]
            Kill connections. Options are:
            * ADDR (<ip:port>|<unixsocket>:0)
              Kill connections made from the specified address
            * LADDR (<ip:port>|<unixsocket>:0)
              Kill connections made to specified local address
            * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
              Kill connections by type.
            * USER <username>
              Kill connections authenticated by <username>.
            * SKIPME (YES|NO)
              Skip killing current connection (default: yes).
        LIST [options ...]
            Return information about client connections. Options:
            * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
              Return clients of specified type.
        UNPAUSE
            Stop the current client pause, resuming traffic.
        PAUSE <timeout> [WRITE|ALL]
            Suspend all, or just write, clients for <timeout> milliseconds.
        REPLY (ON|OFF|SKIP)
            Control the replies sent to the current connection.
        SETNAME <name>
            Assign the name <name> to the current connection.
        UNBLOCK <clientid> [TIMEOUT|ERROR]
            Unblock the specified blocked client.
        TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]
                 [OPTIN] [OPTOUT] [NOLOOP]
            Control server assisted client side caching.
        TRACKINGINFO
            Report tracking status for the current connection.
        NO-EVICT (ON|OFF)
            Protect current client connection from eviction.
        {Help}
        """;

    public const string Command = $"""
        COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        (no subcommand)
            Return details about all Redis commands.
        COUNT
            Return the total number of commands in this Redis server.
        LIST
            Return a list of all commands in this Redis server.
        INFO [<command-name> ...]
            Return details about multiple Redis commands.
            If no command names are given, documentation details for all
            commands are returned.
        DOCS [<command-name> ...]
            Return documentation details about multiple Redis commands.
            If no command names are given, documentation details for all
            commands are returned.
        GETKEYS <full-command>
            Return the keys from a full Redis command.
        GETKEYSANDFLAGS <full-command>
            Return the keys and the access flags from a full Redis command.
        {Help}
        """;

    public const string Config = $"""
        CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        GET <pattern>
            Return parameters matching the glob-like <pattern> and their values.
        SET <directive> <value>
            Set the configuration <directive> to <value>.
        RESETSTAT
            Reset statistics reported by the INFO command.
        REWRITE
            Rewrite the configuration file.
        {Help}
        """;

    public const string Object = $"""
        OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        ENCODING <key>
            Return the kind of internal representation used in order to store the value
            associated with a <key>.
        FREQ <key>
            Return the access frequency index of the <key>. The returned integer is
            proportional to the logarithm of the recent access frequency of the key.
        IDLETIME <key>
            Return the idle time of the <key>, that is the approximated number of
            seconds elapsed since the last access to the key.
        REFCOUNT <key>
            Return the number of references of the value associated with the specified
            <key>.
        {Help}
        """;

    /// <summary>The subcommand that replies such a text.</summary>
    public static RespCommand Subcommand(string container, string text)
    {
        string[] lines = text.Split('\n');
        return new RespCommand($"{container}|help", 2, (session, command, _) =>
        {
            RespWriter output = session.BeginAnswer(out int start);
            output.Array(lines.Length);
            foreach (string line in lines) output.Simple(Encoding.ASCII.GetBytes(line));
            session.EndAnswer(command, start);
        });
    }
}
