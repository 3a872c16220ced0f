using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>CLIENT LIST and CLIENT INFO.</summary>
internal static class ClientListCommands
{
    public static IEnumerable<RespCommand> All => [new("client|list", -2, List), new("client|info", 2, Info)];

    /// <summary>CLIENT LIST [TYPE type | ID id ...]</summary>
    private static void List(RespSession session, RespCommand command, RespArguments arguments)
    {
        RespClients clients = session.Gateway.Clients;
        if (arguments.Count == 2)
        {
            Tell(session, command, clients.Count, () => clients.All);
        }
        else if (arguments.Count == 4 && Ascii.EqualsIgnoreCase(arguments[2], "type"))
        {
            if (ClientTypes.ErrorOf(arguments[3], out bool isNormal) is { } error) session.Fail(command, error);
            else Tell(session, command, clients.Count, () => isNormal ? clients.All : []);
        }
        else if (arguments.Count > 3 && Ascii.EqualsIgnoreCase(arguments[2], "id"))
        {
            ListOf(session, command, arguments);
        }
        else
        {
            session.Fail(command, RespErrors.Syntax);
        }
    }

    private static void ListOf(RespSession session, RespCommand command, RespArguments arguments)
    {
        long[] ids = new long[arguments.Count - 3];
        for (int i = 0; i < ids.Length; i++)
        {
            if (IntegerText.TryParse(arguments[i + 3], out ids[i])) continue;
            session.Fail(command, "ERR Invalid client ID");
            return;
        }
        RespClients clients = session.Gateway.Clients;
        Tell(session, command, ids.Length, () => ids.Select(clients.Find).OfType<RespClient>());
    }

    private static void Info(RespSession session, RespCommand command, RespArguments arguments) =>
        Tell(session, command, 1, () => [session.Client]);

    private static void Tell(
        RespSession session, RespCommand command, int count, Func<IEnumerable<RespClient>> clients) =>
        session.AnswerInTurn(
            command, count * ClientLines.LineBytes, output => output.Verbatim(ClientLines.Of(clients())));
}
