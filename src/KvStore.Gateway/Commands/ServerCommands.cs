using System.Globalization;
using System.Reflection;
using System.Text;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Commands about the server.</summary>
internal static class ServerCommands
{
    /// <summary>The version of Redis whose replies are given; clients decide by it what they may ask.</summary>
    public const string CompatibleVersion = "7.0.15";

    private static readonly (string Name, string Value)[] Configuration =
    [
        ("appendonly", "yes"),
        ("databases", "1"),
        ("maxmemory", "0"),
        ("maxmemory-policy", "noeviction"),
        ("proto-max-bulk-len", KvLimits.ValueBytesMax.ToString(CultureInfo.InvariantCulture)),
        ("save", ""),
        ("timeout", "0"),
    ];

    public static IEnumerable<RespCommand> All =>
    [
        new("command", -1, Command),
        new("config", -2, Config),
        new("info", -1, Info),
        new("dbsize", 1, DbSize),
        new("flushall", -1, Flush),
        new("flushdb", -1, Flush),
        new("time", 1, Time),
    ];

    public static void UnknownSubcommand(
        RespSession session, RespCommand command, ReadOnlySpan<byte> subcommand, string help) =>
        session.Fail(command, $"ERR unknown subcommand '{RespErrors.Shown(subcommand)}'. Try {help} HELP.");

    private static void Command(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 1 && !Is(arguments[1], "count") && !Is(arguments[1], "docs")
            && !Is(arguments[1], "list") && !Is(arguments[1], "info"))
        {
            UnknownSubcommand(session, command, arguments[1], "COMMAND");
            return;
        }
        RespWriter output = session.BeginAnswer(out int start);
        if (arguments.Count > 1 && Is(arguments[1], "count"))
        {
            output.Integer(RespCommands.Table.Count);
        }
        else if (arguments.Count > 1 && Is(arguments[1], "list"))
        {
            output.Array(RespCommands.Table.Count);
            foreach (string name in RespCommands.Table.Names.Order(StringComparer.Ordinal)) output.Bulk(name);
        }
        else if (arguments.Count > 1 && Is(arguments[1], "docs"))
        {
            output.Map(0);
        }
        else
        {
            output.Array(0);
        }
        session.EndAnswer(command, start);
    }

    private static void Config(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (Is(arguments[1], "get") && arguments.Count > 2)
        {
            List<(string Name, string Value)> found = [];
            for (int i = 2; i < arguments.Count; i++)
            {
                Glob pattern = new(arguments[i]);
                found.AddRange(
                    Configuration.Where(c => pattern.IsMatch(Encoding.ASCII.GetBytes(c.Name)) && !found.Contains(c)));
            }
            RespWriter output = session.BeginAnswer(out int start);
            output.Map(found.Count);
            foreach ((string name, string value) in found)
            {
                output.Bulk(name);
                output.Bulk(value);
            }
            session.EndAnswer(command, start);
        }
        else if (Is(arguments[1], "resetstat"))
        {
            session.Ok(command);
        }
        else if (Is(arguments[1], "set"))
        {
            session.Fail(command, "ERR the replicated store is configured by cluster.json, not by CONFIG SET");
        }
        else
        {
            UnknownSubcommand(session, command, arguments[1], "CONFIG");
        }
    }

    private static void Info(RespSession session, RespCommand command, RespArguments arguments)
    {
        RespGateway gateway = session.Gateway;
        session.Read().Begin(Opcode.Count, 0);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long keys)) return false;
            output.Bulk(InfoText(gateway, keys));
            return true;
        });
    }

    private static string InfoText(RespGateway gateway, long keys)
    {
        long uptimeSeconds = (long)gateway.Options.TimeProvider.GetElapsedTime(gateway.StartedAt).TotalSeconds;
        string version = typeof(RespGateway).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return string.Create(CultureInfo.InvariantCulture,
            $"# Server\r\nserver_name:bftcloud\r\nbftcloud_version:{version}\r\nredis_version:{CompatibleVersion}\r\n"
            + $"redis_mode:standalone\r\nprocess_id:{Environment.ProcessId}\r\n"
            + $"tcp_port:{gateway.Options.Listen.Port}\r\nuptime_in_seconds:{uptimeSeconds}\r\n\r\n"
            + $"# Clients\r\nconnected_clients:{gateway.Connections}\r\nmaxclients:{gateway.Options.ClientsMax}\r\n\r\n"
            + $"# Stats\r\ntotal_connections_received:{gateway.ConnectionsTotal}\r\n"
            + $"total_commands_processed:{gateway.Commands}\r\n\r\n"
            + $"# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n"
            + $"# Keyspace\r\n{(keys > 0 ? $"db0:keys={keys},expires=0,avg_ttl=0\r\n" : "")}");
    }

    private static void DbSize(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.Read().Begin(Opcode.Count, 0);
        session.Expect(command, RespFormats.Integer);
    }

    private static void Flush(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 2 || arguments.Count == 2 && !Is(arguments[1], "async") && !Is(arguments[1], "sync"))
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        session.Write().Begin(Opcode.Clear, 0);
        session.Expect(command, RespFormats.Ok);
    }

    private static void Time(RespSession session, RespCommand command, RespArguments arguments)
    {
        TimeSpan sinceEpoch = session.Gateway.Options.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch;
        long micros = sinceEpoch.Ticks / TimeSpan.TicksPerMicrosecond;
        RespWriter output = session.BeginAnswer(out int start);
        output.Array(2);
        output.Bulk((micros / 1_000_000).ToString(CultureInfo.InvariantCulture));
        output.Bulk((micros % 1_000_000).ToString(CultureInfo.InvariantCulture));
        session.EndAnswer(command, start);
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
