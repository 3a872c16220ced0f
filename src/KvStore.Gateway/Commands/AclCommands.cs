using System.Text;
using KvStore.Gateway.Details;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>
/// ACL and those of its subcommands that only tell. There is one user, with all rights. Neither its password nor a hash
/// of it is told.
/// </summary>
internal static class AclCommands
{
    private const int NameBytes = 32;

    private static ReadOnlySpan<byte> User => "default"u8;

    public static RespCommand Command { get; } = new("acl", -2, RespCommand.NeverWithoutSubcommand)
    {
        Subcommands = new RespCommandTable(
        [
            new("acl|whoami", 2, static (session, command, _) => session.Answer(command, 0, static o => o.Bulk(User))),
            new("acl|users", 2, static (session, command, _) => session.Answer(command, 0, static output =>
            {
                output.Array(1);
                output.Bulk(User);
            })),
            new("acl|list", 2, List),
            new("acl|getuser", 3, GetUser),
            new("acl|cat", -2, Categories),
            HelpTexts.Subcommand("acl", HelpTexts.Acl),
        ]),
    };

    private static void List(RespSession session, RespCommand command, RespArguments arguments) =>
        session.Answer(command, 0, output =>
    {
        output.Array(1);
        output.Bulk(session.Gateway.AsksForPassword ? "user default on ~* &* +@all"u8
            : "user default on nopass ~* &* +@all"u8);
    });

    private static void GetUser(RespSession session, RespCommand command, RespArguments arguments)
    {
        bool isKnown = arguments[2].SequenceEqual(User);
        session.Answer(command, 0, output =>
        {
            if (isKnown) WriteUser(session, output);
            else output.Null();
        });
    }

    private static void WriteUser(RespSession session, RespWriter output)
    {
        output.Map(6);
        output.Bulk("flags");
        output.Set(session.Gateway.AsksForPassword ? 1 : 2);
        output.Bulk("on");
        if (!session.Gateway.AsksForPassword) output.Bulk("nopass");
        output.Bulk("passwords");
        output.Array(0);
        output.Bulk("commands");
        output.Bulk("+@all");
        output.Bulk("keys");
        output.Bulk("~*");
        output.Bulk("channels");
        output.Bulk("&*");
        output.Bulk("selectors");
        output.Array(0);
    }

    /// <summary>ACL CAT [category]</summary>
    private static void Categories(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 3)
        {
            session.Fail(command, RespErrors.WrongSubcommand(command, arguments[1]));
        }
        else if (arguments.Count == 2)
        {
            WriteNames(session, command, DetailNames.Categories);
        }
        else if (DetailNames.Category(arguments[2]) is { } category)
        {
            WriteNames(session, command, [.. session.Gateway.Known.ToldInAll
                .Where(c => c.Details!.Categories.HasFlag(category))
                .Select(static c => c.Name)]);
        }
        else
        {
            session.Fail(command, $"ERR Unknown category '{RespErrors.Shown(arguments[2], int.MaxValue)}'");
        }
    }

    private static void WriteNames(RespSession session, RespCommand command, IReadOnlyList<string> names) =>
        session.Answer(command, names.Count * NameBytes, output =>
    {
        output.Array(names.Count);
        foreach (string name in names) output.Bulk(name);
    });
}
