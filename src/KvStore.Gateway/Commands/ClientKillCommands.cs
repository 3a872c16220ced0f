using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>CLIENT KILL, UNBLOCK, PAUSE and UNPAUSE: what one connection does to others.</summary>
internal static class ClientKillCommands
{
    public static IEnumerable<RespCommand> All =>
    [
        new("client|kill", -3, Kill), new("client|unblock", -3, Unblock),
        new("client|pause", -3, Pause), new("client|unpause", 2, static (session, command, _) => session.Ok(command)),
    ];

    private static void Kill(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool isOldForm = arguments.Count == 3;
        ClientFilter filter;
        if (isOldForm)
        {
            filter = ClientFilter.OfAddress(arguments[2]);
        }
        else if (ClientFilter.ErrorOf(arguments, out filter) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        session.AnswerInTurn(command, 0, output => Kill(session, filter, isOldForm, output));
    }

    private static void Kill(RespSession session, ClientFilter filter, bool isOldForm, RespWriter output)
    {
        RespClients clients = session.Gateway.Clients;
        int killed = 0;
        bool killsSelf = false;
        foreach (RespClient client in clients.All.Where(filter.Matches))
        {
            if (client != session.Client) killed += clients.TryKill(client) ? 1 : 0;
            else killsSelf = !filter.SkipsSelf;
        }
        if (killsSelf) killed++;
        if (!isOldForm) output.Integer(killed);
        else if (killed > 0) output.Ok();
        else output.Error("ERR No such client");
        if (!killsSelf) return;
        // Its own reply is the last.
        session.Closes = true;
        session.SetReplies(ReplyMode.Off);
    }

    /// <summary>CLIENT UNBLOCK id [TIMEOUT | ERROR]: ends the wait of a connection of this gateway.</summary>
    private static void Unblock(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 4)
            session.Fail(command, RespErrors.WrongSubcommand(command, arguments[1]));
        else if (arguments.Count == 4 && !Is(arguments[3], "timeout") && !Is(arguments[3], "error"))
            session.Fail(command, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        else if (session.TryInteger(command, arguments[2], out long id))
        {
            bool withError = arguments.Count == 4 && Is(arguments[3], "error");
            session.AnswerInTurn(
                command, 0, output => output.Integer(session.Gateway.Blocked.TryUnblock(id, withError) ? 1 : 0));
        }
    }

    /// <summary>
    /// CLIENT PAUSE milliseconds [WRITE | ALL]: refused. It promises that no client writes meanwhile, and a gateway
    /// stops only its own.
    /// </summary>
    private static void Pause(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 4)
            session.Fail(command, RespErrors.WrongSubcommand(command, arguments[1]));
        else if (arguments.Count == 4 && !Is(arguments[3], "write") && !Is(arguments[3], "all"))
            session.Fail(command, "ERR CLIENT PAUSE mode must be WRITE or ALL");
        else
            session.Fail(
                command,
                MillisecondsArgument.ErrorOf(arguments[2])
                ?? "ERR CLIENT PAUSE is not supported: clients of other gateways would write on");
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
