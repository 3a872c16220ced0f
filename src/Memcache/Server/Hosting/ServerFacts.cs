using System.Net;
using Memcache.Server.Protocol;

namespace Memcache.Server.Hosting;

/// <summary>What stats tells of the process.</summary>
internal sealed class ServerFacts(
    MemcacheServer server, MemcacheServerOptions options, EventLoop[] loops, SharedStore store) : IServerFacts
{
    private const int BitsOfByte = 8;

    private readonly uint _start = store.Now;

    public void WriteGeneral(StatLines lines)
    {
        lines.Add("pid"u8, Environment.ProcessId);
        lines.Add("uptime"u8, store.Now - _start);
        lines.Add("time"u8, store.Now);
        lines.Add("version"u8, "1.6.18");
        lines.Add("pointer_size"u8, IntPtr.Size * BitsOfByte);
        lines.Add("max_connections"u8, server.ConnectionsMax);
        lines.Add("curr_connections"u8, server.Connections);
        lines.Add("total_connections"u8, server.ConnectionsAccepted);
        lines.Add("rejected_connections"u8, server.ConnectionsRefused);
        lines.Add("bytes_read"u8, loops.Sum(static loop => loop.BytesRead));
        lines.Add("bytes_written"u8, loops.Sum(static loop => loop.BytesWritten));
        lines.Add("accepting_conns"u8, server.Connections < server.ConnectionsMax ? 1 : 0);
        lines.Add("threads"u8, options.Threads);
    }

    public void WriteSettings(StatLines lines)
    {
        lines.Add("maxbytes"u8, options.MemoryBytes);
        lines.Add("maxconns"u8, server.ConnectionsMax);
        lines.Add("tcpport"u8, server.EndPoint is IPEndPoint { Port: var port } ? port : 0);
        lines.Add("udpport"u8, 0);
        lines.Add("inter"u8, server.EndPoint is IPEndPoint { Address: var address } ? $"{address}" : "NULL");
        lines.Add("evictions"u8, options.Evicts ? "on" : "off");
        lines.Add("domain_socket"u8, options.SocketPath ?? "NULL");
        lines.Add("shutdown_command"u8, "no");
        lines.Add("num_threads"u8, options.Threads);
        lines.Add("reqs_per_event"u8, options.CommandsPerTurn);
        lines.Add("cas_enabled"u8, "yes");
        lines.Add("auth_enabled_sasl"u8, "no");
        lines.Add("auth_enabled_ascii"u8, options.Users is null ? "no" : "yes");
        lines.Add("item_size_max"u8, options.ItemBytesMax);
        lines.Add("maxconns_fast"u8, "yes");
        lines.Add("flush_enabled"u8, "yes");
        lines.Add("dump_enabled"u8, "no");
        lines.Add("hash_algorithm"u8, "siphash13");
        lines.Add("idle_timeout"u8, (long)options.IdleTimeout.TotalSeconds);
        lines.Add("ssl_enabled"u8, options.Certificate is null ? "no" : "yes");
    }

    public void WriteConnections(StatLines lines)
    {
        Span<byte> name = stackalloc byte[64];
        foreach ((long number, CacheConnection connection) in server.All)
        {
            // The others are thousands, and all clients wait meanwhile.
            if (lines.IsFull) return;
            Write(name, number, ":addr"u8, out int length);
            lines.Add(name[..length], $"{connection.RemoteEndPoint}");
            Write(name, number, ":secs_since_last_cmd"u8, out length);
            lines.Add(name[..length], store.Now - connection.ActiveAt);
        }
    }

    private static void Write(Span<byte> name, long number, ReadOnlySpan<byte> what, out int length)
    {
        number.TryFormat(name, out int digits);
        what.CopyTo(name[digits..]);
        length = digits + what.Length;
    }
}
