using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>MEMORY and its subcommands.</summary>
internal static class MemoryCommands
{
    public static RespCommand Command { get; } = new("memory", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("memory|usage", -3, Usage),
            // Without effect, as in a Redis whose allocator cannot: the process gives memory back by itself.
            new("memory|purge", 2, static (session, command, _) => session.Ok(command)),
            HelpTexts.Subcommand("memory", HelpTexts.Memory),
        ]),
    };

    /// <summary>MEMORY USAGE key [SAMPLES count]: the size that the store counts, so no samples are taken.</summary>
    private static void Usage(RespSession session, RespCommand command, RespArguments arguments)
    {
        for (int i = 3; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !Ascii.EqualsIgnoreCase(arguments[i], "samples"))
            {
                session.Fail(command, RespErrors.Syntax);
                return;
            }
            if (IntegerText.TryParse(arguments[i + 1], out long samples) && samples >= 0) continue;
            session.Fail(command, samples < 0 ? RespErrors.Syntax : RespErrors.NotAnInteger);
            return;
        }
        KeyDescription.Ask(session, command, arguments[2], static (output, key) => output.Integer(key.Bytes));
    }
}
