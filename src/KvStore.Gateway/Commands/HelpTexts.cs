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

    public const string Acl = $"""
        ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        CAT [<category>]
            List all commands that belong to <category>, or all command categories
            when no category is specified.
        DELUSER <username> [<username> ...]
            Delete a list of users.
        DRYRUN <username> <command> [<arg> ...]
            Returns whether the user can execute the given command without executing the command.
        GETUSER <username>
            Get the user's details.
        GENPASS [<bits>]
            Generate a secure 256-bit user password. The optional `bits` argument can
            be used to specify a different size.
        LIST
            Show users details in config file format.
        LOAD
            Reload users from the ACL file.
        LOG [<count> | RESET]
            Show the ACL log entries.
        SAVE
            Save the current config to the ACL file.
        SETUSER <username> <attribute> [<attribute> ...]
            Create or modify a user with the specified attributes.
        USERS
            List all the registered usernames.
        WHOAMI
            Return the current connection username.
        {Help}
        """;

    public const string Latency = $"""
        LATENCY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        DOCTOR
            Return a human readable latency analysis report.
        GRAPH <event>
            Return an ASCII latency graph for the <event> class.
        HISTORY <event>
            Return time-latency samples for the <event> class.
        LATEST
            Return the latest latency samples for all events.
        RESET [<event> ...]
            Reset latency data of one or more <event> classes.
            (default: reset all data for all event classes)
        HISTOGRAM [COMMAND ...]
            Return a cumulative distribution of latencies in the format of a histogram for the specified command names.
            If no commands are specified then all histograms are replied.
        {Help}
        """;

    public const string Memory = $"""
        MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        DOCTOR
            Return memory problems reports.
        MALLOC-STATS
            Return internal statistics report from the memory allocator.
        PURGE
            Attempt to purge dirty pages for reclamation by the allocator.
        STATS
            Return information about the memory usage of the server.
        USAGE <key> [SAMPLES <count>]
            Return memory in bytes used by <key> and its value. Nested values are
            sampled up to <count> times (default: 5, 0 means sample all).
        {Help}
        """;

    public const string Slowlog = $"""
        SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        GET [<count>]
            Return top <count> entries from the slowlog (default: 10, -1 mean all).
            Entries are made of:
            id, timestamp, time in microseconds, arguments array, client IP and port,
            client name
        LEN
            Return the length of the slowlog.
        RESET
            Reset the slowlog.
        {Help}
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

    public const string Script = $"""
        SCRIPT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
        DEBUG (YES|SYNC|NO)
            Set the debug mode for subsequent scripts executed.
        EXISTS <sha1> [<sha1> ...]
            Return information about the existence of the scripts in the script cache.
        FLUSH [ASYNC|SYNC]
            Flush the Lua scripts cache. Very dangerous on replicas.
            When called without the optional mode argument, the behavior is determined by the
            lazyfree-lazy-user-flush configuration directive. Valid modes are:
            * ASYNC: Asynchronously flush the scripts cache.
            * SYNC: Synchronously flush the scripts cache.
        KILL
            Kill the currently executing Lua script.
        LOAD <script>
            Load a script into the scripts cache without executing it.
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
