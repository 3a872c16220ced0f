using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>SLOWLOG and its subcommands: the log is empty, as CONFIG GET slowlog-log-slower-than says.</summary>
internal static class SlowlogCommands
{
    private const string WrongCount = "ERR count should be greater than or equal to -1";

    public static RespCommand Command { get; } = new("slowlog", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("slowlog|get", -2, Get),
            new("slowlog|len", 2, static (session, command, _) => session.Answer(command, 0, static o => o.Integer(0))),
            new("slowlog|reset", 2, static (session, command, _) => session.Ok(command)),
            HelpTexts.Subcommand("slowlog", HelpTexts.Slowlog),
        ]),
    };

    /// <summary>SLOWLOG GET [count]</summary>
    private static void Get(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 3)
            session.Fail(command, RespErrors.WrongSubcommand(command, arguments[1]));
        else if (arguments.Count == 3 && (!IntegerText.TryParse(arguments[2], out long count) || count < -1))
            session.Fail(command, WrongCount);
        else session.Answer(command, 0, static output => output.Array(0));
    }
}
