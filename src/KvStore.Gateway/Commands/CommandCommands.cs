using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>COMMAND and its subcommands: the gateway tells the names of its commands, and no details.</summary>
internal static class CommandCommands
{
    public static RespCommand Command { get; } = new("command", -1, NoDetails)
    {
        Subcommands = new RespCommandTable(
        [
            new("command|count", 2, Count),
            new("command|list", -2, List),
            new("command|info", -2, NoDetails),
            new("command|docs", -2, NoDocs),
            HelpTexts.Subcommand("command", HelpTexts.Command),
        ]),
    };

    private static void Count(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Integer(session.Gateway.Known.Count);
        session.EndAnswer(command, start);
    }

    private static void List(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 2)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        RespCommandTable known = session.Gateway.Known;
        RespWriter output = session.BeginAnswer(out int start);
        output.Array(known.Count);
        foreach (string name in known.Names.Order(StringComparer.Ordinal)) output.Bulk(name);
        session.EndAnswer(command, start);
    }

    private static void NoDetails(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Array(0);
        session.EndAnswer(command, start);
    }

    private static void NoDocs(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, static output => output.Map(0));
}
