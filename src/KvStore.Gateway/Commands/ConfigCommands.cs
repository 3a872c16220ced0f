using System.Globalization;
using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>CONFIG and its subcommands.</summary>
internal static class ConfigCommands
{
    private static readonly string s_valueBytesMax = KvLimits.ValueBytesMax.ToString(CultureInfo.InvariantCulture);

    public static RespCommand Command { get; } = new("config", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("config|get", -3, Get),
            new("config|set", -4, Set),
            new("config|resetstat", 2, static (session, command, _) => session.Ok(command)),
            new("config|rewrite", 2, Rewrite),
            HelpTexts.Subcommand("config", HelpTexts.Config),
        ]),
    };

    private static void Get(RespSession session, RespCommand command, RespArguments arguments)
    {
        (string Name, string Value)[] known = Parameters(session.Gateway);
        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 2; i < arguments.Count; i++)
        {
            string asked = Encoding.Latin1.GetString(arguments[i]);
            if (!asked.AsSpan().ContainsAny("[*?"))
            {
                // A parameter asked for by its name is told by the name as it was asked.
                foreach ((string name, string value) in known)
                    if (name.Equals(asked, StringComparison.OrdinalIgnoreCase)) found.TryAdd(asked, value);
                continue;
            }
            Glob pattern = new(Encoding.Latin1.GetBytes(asked.ToLowerInvariant()));
            foreach ((string name, string value) in known)
                if (pattern.IsMatch(Encoding.ASCII.GetBytes(name))) found.TryAdd(name, value);
        }
        session.Answer(command, 0, output =>
        {
            output.Map(found.Count);
            foreach ((string name, string value) in found)
            {
                output.Bulk(name);
                output.Bulk(value);
            }
        });
    }

    private static (string Name, string Value)[] Parameters(RespGateway gateway) =>
    [
        ("appendonly", "yes"), ("bind", gateway.Options.Listen.Address.ToString()), ("cluster-enabled", "no"),
        ("databases", "1"), ("latency-monitor-threshold", "0"),
        ("maxclients", gateway.ClientsMax.ToString(CultureInfo.InvariantCulture)), ("maxmemory", "0"),
        ("maxmemory-policy", "noeviction"), ("notify-keyspace-events", ""),
        ("port", gateway.Port.ToString(CultureInfo.InvariantCulture)), ("proto-max-bulk-len", s_valueBytesMax),
        ("replica-read-only", "yes"), ("save", ""), ("slave-read-only", "yes"),
        // Neither log is kept, as where Redis is told to keep none.
        ("slowlog-log-slower-than", "-1"), ("slowlog-max-len", "0"), ("timeout", "0"),
    ];

    private static void Set(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Fail(
            command,
            arguments.Count % 2 == 0
                ? "ERR the replicated store is configured by cluster.json, not by CONFIG SET"
                : RespErrors.Syntax);

    private static void Rewrite(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Fail(command, "ERR The server is running without a config file");
}
