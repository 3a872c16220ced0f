using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>CLIENT and its subcommands.</summary>
internal static class ClientCommands
{
    public static RespCommand Command { get; } = new("client", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("client|getname", 2, GetName),
            new("client|setname", 3, SetName),
            new("client|id", 2, Id),
            new("client|no-evict", 3, Switch),
            new("client|no-touch", 3, Switch),
            new("client|setinfo", 4, static (session, command, _) => session.Ok(command)),
            new("client|reply", 3, Reply),
            .. ClientListCommands.All, .. ClientKillCommands.All, .. TrackingCommands.All,
            HelpTexts.Subcommand("client", HelpTexts.Client),
        ]),
    };

    /// <summary>Names the connection. Null, or the error.</summary>
    public static string? TryName(RespSession session, ReadOnlySpan<byte> name)
    {
        if (name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            return "ERR Client names cannot contain spaces, newlines or special characters.";
        session.Name = name.ToArray();
        return null;
    }

    private static void SetName(RespSession session, RespCommand command, RespArguments arguments)
    {
        byte[] name = arguments[2].ToArray();
        session.Answer(command, name.Length, output =>
        {
            if (TryName(session, name) is { } error) output.Error(error);
            else output.Ok();
        });
    }

    private static void GetName(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, output =>
    {
        if (session.Name.Length == 0) output.Null();
        else output.Bulk(session.Name);
    });

    private static void Id(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Integer(session.Id);
        session.EndAnswer(command, start);
    }

    /// <summary>CLIENT REPLY ON | OFF | SKIP. Only ON is replied to.</summary>
    private static void Reply(RespSession session, RespCommand command, RespArguments arguments)
    {
        ReplyMode? mode = Ascii.EqualsIgnoreCase(arguments[2], "on") ? ReplyMode.On
            : Ascii.EqualsIgnoreCase(arguments[2], "off") ? ReplyMode.Off
            : Ascii.EqualsIgnoreCase(arguments[2], "skip") ? ReplyMode.SkipNext
            : null;
        if (mode is null) session.Fail(command, RespErrors.Syntax);
        else session.Answer(command, 0, output =>
        {
            session.SetReplies(mode.Value);
            if (mode == ReplyMode.On) output.Ok();
        });
    }

    /// <summary>Without effect: the gateway evicts no connection, and the store no key.</summary>
    private static void Switch(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (Ascii.EqualsIgnoreCase(arguments[2], "on") || Ascii.EqualsIgnoreCase(arguments[2], "off"))
            session.Ok(command);
        else session.Fail(command, RespErrors.Syntax);
    }
}
