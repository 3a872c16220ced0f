using System.Globalization;
using System.Reflection;
using System.Text;
using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>INFO [section ...]: what a gateway tells of itself, in sections as Redis has them.</summary>
internal static class InfoCommand
{
    private static readonly string[] s_sections =
        ["Server", "Clients", "Memory", "Stats", "Replication", "Cluster", "Keyspace"];

    private static readonly string s_release =
        typeof(RespGateway).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    public static RespCommand Command { get; } = new("info", -1, Info);

    private static void Info(RespSession session, RespCommand command, RespArguments arguments)
    {
        RespGateway gateway = session.Gateway;
        bool all = arguments.Count == 1;
        HashSet<string> wanted = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 1; i < arguments.Count; i++)
        {
            all |= Ascii.EqualsIgnoreCase(arguments[i], "all") || Ascii.EqualsIgnoreCase(arguments[i], "default")
                || Ascii.EqualsIgnoreCase(arguments[i], "everything");
            foreach (string section in s_sections)
                if (Ascii.EqualsIgnoreCase(arguments[i], section)) wanted.Add(section);
        }
        session.Read().Begin(Opcode.Count, 0);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (!reply.TryReadInteger(out long keys)) return false;
            IEnumerable<string> told = s_sections.Where(name => all || wanted.Contains(name))
                .Select(name => $"# {name}\r\n{Section(gateway, name, keys)}");
            output.Verbatim(Encoding.ASCII.GetBytes(string.Join("\r\n", told)));
            return true;
        });
    }

    private static string Section(RespGateway gateway, string name, long keys) => name switch
    {
        "Server" => string.Create(
            CultureInfo.InvariantCulture,
            $"server_name:bftcloud\r\nbftcloud_version:{s_release}\r\n"
            + $"redis_version:{ServerCommands.CompatibleVersion}\r\nredis_mode:standalone\r\n"
            + $"process_id:{Environment.ProcessId}\r\ntcp_port:{gateway.Port}\r\n"
            + $"uptime_in_seconds:{(long)gateway.Uptime.TotalSeconds}\r\n"),
        "Clients" => string.Create(
            CultureInfo.InvariantCulture,
            $"connected_clients:{gateway.Connections}\r\nmaxclients:{gateway.ClientsMax}\r\n"
            + $"blocked_clients:{gateway.Blocked.Count}\r\n"),
        "Memory" => string.Create(
            CultureInfo.InvariantCulture, $"client_output_bytes:{gateway.ReplyMemory.Held}\r\n"),
        "Stats" => string.Create(
            CultureInfo.InvariantCulture,
            $"total_connections_received:{gateway.ConnectionsTotal}\r\n"
            + $"total_commands_processed:{gateway.Commands}\r\nrejected_connections:{gateway.ConnectionsRefused}\r\n"
            + $"client_output_buffer_limit_disconnections:{gateway.ConnectionsTooSlow}\r\n"),
        "Replication" => "role:master\r\nconnected_slaves:0\r\n",
        "Cluster" => "cluster_enabled:0\r\n",
        _ when keys > 0 => string.Create(CultureInfo.InvariantCulture, $"db0:keys={keys},expires=0,avg_ttl=0\r\n"),
        _ => "",
    };
}
