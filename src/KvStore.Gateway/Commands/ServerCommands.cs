using System.Globalization;
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

    public static IEnumerable<RespCommand> All =>
    [
        CommandCommands.Command,
        ConfigCommands.Command,
        ObjectCommands.Command,
        InfoCommand.Command,
        AclCommands.Command,
        LatencyCommands.Command,
        MemoryCommands.Command,
        SlowlogCommands.Command,
        .. ReplicationCommands.All,
        new("dbsize", 1, DbSize),
        new("flushall", -1, Flush),
        new("flushdb", -1, Flush),
        new("time", 1, Time),
    ];

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
