using System.Text;
using KvStore.Gateway.Details;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>COMMAND and its subcommands.</summary>
internal static class CommandCommands
{
    private const int NameBytes = 32;

    public static RespCommand Command { get; } = new("command", -1, static (s, c, _) => TellAll(s, c))
    {
        Subcommands = new RespCommandTable(
        [
            new("command|count", 2, Count),
            new("command|list", -2, List),
            new("command|info", -2, Info),
            new("command|docs", -2, Docs),
            new("command|getkeys", -4, static (s, c, a) => GetKeys(s, c, a, withUses: false)),
            new("command|getkeysandflags", -4, static (s, c, a) => GetKeys(s, c, a, withUses: true)),
            HelpTexts.Subcommand("command", HelpTexts.Command),
        ]),
    };

    private static void Count(RespSession session, RespCommand command, RespArguments arguments)
    {
        session.BeginAnswer(out int start).Integer(session.Gateway.Known.Told.Count);
        session.EndAnswer(command, start);
    }

    /// <summary>COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]</summary>
    private static void List(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count != 2 && !(arguments.Count == 5 && Is(arguments[2], "filterby")))
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        Func<RespCommand, bool>? filter = arguments.Count == 2
            ? static _ => true
            : FilterOf(arguments[3], arguments[4]);
        if (filter is null)
        {
            session.Fail(command, RespErrors.Syntax);
            return;
        }
        string[] names = [.. session.Gateway.Known.ToldInAll.Where(filter).Select(static c => c.Name)];
        session.Answer(command, names.Length * NameBytes, output =>
        {
            output.Array(names.Length);
            foreach (string name in names) output.Bulk(name);
        });
    }

    private static Func<RespCommand, bool>? FilterOf(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> argument)
    {
        if (Is(kind, "module")) return static _ => false;
        if (Is(kind, "aclcat"))
        {
            return DetailNames.Category(argument) is { } category
                ? c => c.Details!.Categories.HasFlag(category)
                : static _ => false;
        }
        if (!Is(kind, "pattern")) return null;
        Glob pattern = new(Lower(argument));
        return c => pattern.IsMatch(Encoding.ASCII.GetBytes(c.Name));
    }

    private static void Info(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count == 2)
        {
            TellAll(session, command);
            return;
        }
        RespCommand?[] asked = Asked(session, arguments);
        session.Answer(command, BytesOf(asked), output =>
        {
            output.Array(asked.Length);
            foreach (RespCommand? one in asked)
            {
                if (one is null) output.Null();
                else DetailsFormat.WriteInfo(output, one, one.Details!);
            }
        });
    }

    private static void TellAll(RespSession session, RespCommand command)
    {
        IReadOnlyList<RespCommand> all = session.Gateway.Known.Told;
        session.Answer(command, BytesOf(all), output =>
        {
            output.Array(all.Count);
            foreach (RespCommand one in all) DetailsFormat.WriteInfo(output, one, one.Details!);
        });
    }

    private static void Docs(RespSession session, RespCommand command, RespArguments arguments)
    {
        IReadOnlyList<RespCommand> asked = arguments.Count == 2
            ? session.Gateway.Known.Told
            : [.. Asked(session, arguments).OfType<RespCommand>()];
        session.Answer(command, BytesOf(asked), output =>
        {
            output.Map(asked.Count);
            foreach (RespCommand one in asked)
            {
                output.Bulk(one.Name);
                DetailsFormat.WriteDocs(output, one, one.Details!);
            }
        });
    }

    private static void GetKeys(RespSession session, RespCommand command, RespArguments arguments, bool withUses)
    {
        byte[][] words = new byte[arguments.Count - 2][];
        for (int i = 0; i < words.Length; i++) words[i] = arguments[i + 2].ToArray();
        if (ErrorOfGetKeys(session, words, out CommandDetails? details) is { } error)
        {
            session.Fail(command, error);
            return;
        }
        (byte[] Key, KeyUses Uses)[] keys = KeyFinder.Find(details!, words);
        if (keys.Length == 0 && !details!.Flags.HasFlag(CommandFlags.NoMandatoryKeys))
        {
            session.Fail(command, "ERR Invalid arguments specified for command");
            return;
        }
        session.Answer(command, words.Sum(static word => word.Length), output =>
        {
            output.Array(keys.Length);
            foreach ((byte[] key, KeyUses uses) in keys)
            {
                if (withUses) output.Array(2);
                output.Bulk(key);
                if (withUses) DetailsFormat.WriteUses(output, uses);
            }
        });
    }

    private static string? ErrorOfGetKeys(RespSession session, byte[][] words, out CommandDetails? details)
    {
        details = null;
        if (!session.Gateway.Known.TryGet(words[0], out RespCommand? found)) return "ERR Invalid command specified";
        if (found!.Subcommands is { } subcommands && words.Length > 1 && !subcommands.TryGet(words[1], out found))
            return "ERR Invalid command specified";
        details = found!.Details;
        if (details is null || details.Keys.Length == 0) return "ERR The command has no key arguments";
        return found.Takes(words.Length) ? null : "ERR Invalid number of arguments specified for command";
    }

    /// <summary>The commands and subcommands asked for, null for each that COMMAND does not tell of.</summary>
    private static RespCommand?[] Asked(RespSession session, RespArguments arguments)
    {
        RespCommand?[] asked = new RespCommand?[arguments.Count - 2];
        for (int i = 0; i < asked.Length; i++)
        {
            ReadOnlySpan<byte> name = arguments[i + 2];
            int bar = name.IndexOf((byte)'|');
            if (!session.Gateway.Known.TryGet(bar < 0 ? name : name[..bar], out RespCommand? found)) continue;
            if (bar >= 0 && !(found!.Subcommands?.TryGet(name[(bar + 1)..], out found) ?? false)) continue;
            asked[i] = found!.Details is null ? null : found;
        }
        return asked;
    }

    private static int BytesOf(IEnumerable<RespCommand?> told) =>
        told.Sum(static c => DetailsFormat.InfoBytes * (1 + (c?.Told.Count ?? 0)));

    private static byte[] Lower(ReadOnlySpan<byte> text)
    {
        byte[] lower = text.ToArray();
        Ascii.ToLowerInPlace(lower, out _);
        return lower;
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
