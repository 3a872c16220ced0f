using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;
using KvStore.Gateway.Scripts;

namespace KvStore.Gateway.Commands;

/// <summary>EVAL, EVALSHA and SCRIPT, for the scripts that the gateway knows.</summary>
internal static class ScriptCommands
{
    private const int Sha1Digits = 40;
    private const string NoScript = "NOSCRIPT No matching script. Please use EVAL.";

    private const string Unknown =
        "ERR this script is not known to the gateway, which runs no others than those of lock libraries. "
        + "See docs/adr/0025-scripts-of-locks-are-recognised.md and src/KvStore.Gateway/Scripts/LockScripts.txt";

    public static IEnumerable<RespCommand> All =>
    [
        new("eval", -3, Eval) { StandsAlone = true },
        new("evalsha", -3, EvalSha) { StandsAlone = true },
        new("script", -2, RespCommand.NeverWithoutSubcommand)
        {
            Subcommands = new RespCommandTable(
            [
                new("script|load", 3, Load),
                new("script|exists", -3, Exists),
                new("script|flush", -2, Flush),
                new("script|kill", 2, static (session, command, _) =>
                    session.Fail(command, "NOTBUSY No scripts in execution right now.")),
                HelpTexts.Subcommand("script", HelpTexts.Script),
            ]),
        },
    ];

    /// <summary>EVAL script numkeys [key ...] [argument ...]</summary>
    private static void Eval(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (ErrorOfKeys(arguments, out int keys) is { } error) session.Fail(command, error);
        else if (KnownScripts.Find(arguments[1]) is not { } script) session.Fail(command, Unknown);
        else
        {
            session.Gateway.Scripts.Add(script.Sha1, arguments[1]);
            Run(session, arguments, keys, script);
        }
    }

    /// <summary>EVALSHA sha1 numkeys [key ...] [argument ...]</summary>
    private static void EvalSha(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments[1].Length != Sha1Digits) session.Fail(command, NoScript);
        else if (ErrorOfKeys(arguments, out int keys) is { } error) session.Fail(command, error);
        else if (session.Gateway.Scripts.Find(Encoding.Latin1.GetString(arguments[1])) is not { } text)
            session.Fail(command, NoScript);
        else Run(session, arguments, keys, KnownScripts.Find(text)!);
    }

    private static void Run(RespSession session, RespArguments arguments, int keys, KnownScript script)
    {
        byte[][] words = new byte[arguments.Count - 3][];
        for (int i = 0; i < words.Length; i++) words[i] = arguments[i + 3].ToArray();
        ScriptRunner runner = new(script, words[..keys], words[keys..], session.Gateway);
        session.Next = runner.RunAsync;
    }

    private static string? ErrorOfKeys(RespArguments arguments, out int keys)
    {
        keys = 0;
        if (!IntegerText.TryParse(arguments[2], out long number)) return RespErrors.NotAnInteger;
        if (number > arguments.Count - 3) return "ERR Number of keys can't be greater than number of args";
        if (number < 0) return "ERR Number of keys can't be negative";
        keys = (int)number;
        return null;
    }

    private static void Load(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (KnownScripts.Find(arguments[2]) is not { } script)
        {
            session.Fail(command, Unknown);
            return;
        }
        byte[] text = arguments[2].ToArray();
        session.Answer(command, text.Length, output =>
        {
            session.Gateway.Scripts.Add(script.Sha1, text);
            output.Bulk(script.Sha1);
        });
    }

    private static void Exists(RespSession session, RespCommand command, RespArguments arguments)
    {
        string[] names = new string[arguments.Count - 2];
        for (int i = 0; i < names.Length; i++) names[i] = Encoding.Latin1.GetString(arguments[i + 2]);
        session.Answer(command, names.Sum(static name => name.Length), output =>
        {
            output.Array(names.Length);
            foreach (string name in names) output.Integer(session.Gateway.Scripts.Find(name) is null ? 0 : 1);
        });
    }

    private static void Flush(RespSession session, RespCommand command, RespArguments arguments)
    {
        if (arguments.Count > 3 || arguments.Count == 3 && !Is(arguments[2], "async") && !Is(arguments[2], "sync"))
        {
            session.Fail(command, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
            return;
        }
        session.Answer(command, 0, output =>
        {
            session.Gateway.Scripts.Clear();
            output.Ok();
        });
    }

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
