using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// What clients ask about replicas and about the disk. To them a gateway is a master: it takes writes, and no client
/// has to look for another.
/// </summary>
internal static class ReplicationCommands
{
    private const string NothingToSave =
        "ERR nothing to save: the replicas keep a log of every acknowledged change. "
        + "For a backup, copy the data directory of a replica";

    public static IEnumerable<RespCommand> All =>
    [
        new("role", 1, Role),
        new("wait", 3, Wait),
        new("lastsave", 1, LastSave),
        new("save", 1, static (session, command, _) => session.Fail(command, NothingToSave))
            { NeverInTransaction = true },
        new("bgsave", -1, BackgroundSave),
        new("bgrewriteaof", 1, static (session, command, _) => session.Fail(command, NothingToSave)),
    ];

    private static void Role(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, static output =>
    {
        output.Array(3);
        output.Bulk("master");
        output.Integer(0);
        output.Array(0);
    });

    /// <summary>
    /// WAIT replicas milliseconds: f. A write was acknowledged because f+1 replicas gave the same reply: one as a
    /// master, and f besides. That is known before a client asks, so it never waits.
    /// </summary>
    private static void Wait(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (!session.TryInteger(command, arguments[1], out _)) return;
        if (MillisecondsArgument.ErrorOf(arguments[2]) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        session.BeginAnswer(out int start).Integer(session.Gateway.FaultsMax);
        session.EndAnswer(command, start);
    }

    /// <summary>The replicas' logs have every write that was acknowledged: the last save is always now.</summary>
    private static void LastSave(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, output => output.Integer(
            session.Gateway.Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds()));

    /// <summary>BGSAVE [SCHEDULE]</summary>
    private static void BackgroundSave(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Fail(
            command,
            arguments.Count == 1 || arguments.Count == 2 && Ascii.EqualsIgnoreCase(arguments[1], "schedule")
                ? NothingToSave
                : RespErrors.Syntax);
}
