using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using BftCloud.Testing.Pages;

namespace BftCloud.Tests.Guides;

/// <summary>
/// A command line of this program in a page: whole, in a block, or a mention between backticks, of which only verbs and
/// options are known.
/// </summary>
internal sealed partial record PageCommand(string Page, int Line, string Text, bool IsWhole)
{
    private const string Program = "bftcloud";

    /// <summary>Every command in a page.</summary>
    public static IEnumerable<PageCommand> Of(string page, string text)
    {
        string[] lines = text.Split('\n');
        bool inCode = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (Fence.IsFence(lines[i])) inCode = !inCode;
            else if (inCode)
            {
                if (Whole().Match(lines[i]) is { Success: true } whole)
                    yield return new PageCommand(page, i + 1, whole.Groups["arguments"].Value, IsWhole: true);
            }
            else
            {
                foreach (Match mention in Mention().Matches(lines[i]))
                    yield return new PageCommand(page, i + 1, mention.Groups["arguments"].Value, IsWhole: false);
            }
        }
    }

    /// <summary>Why the program would refuse it; null if it would not.</summary>
    public string? Fault(RootCommand root)
    {
        string[] arguments = [.. CommandLineParser.SplitCommandLine(Text)];
        if (IsWhole) return root.Parse(arguments).Errors is [{ } error, ..] ? error.Message : null;
        Command at = root;
        List<Option> options = [.. root.Options];
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument.StartsWith('-'))
            {
                Option? option = options.Find(option => option.Name == argument || option.Aliases.Contains(argument));
                if (option is null) return $"'{at.Name}' has no option {argument}.";
                if (option.ValueType != typeof(bool)) i++;
            }
            else if (at.Subcommands.FirstOrDefault(c => c.Name == argument) is { } verb)
            {
                at = verb;
                options.AddRange(verb.Options);
            }
            else if (at.Subcommands.Count > 0)
            {
                return $"'{at.Name}' has no verb {argument}.";
            }
        }
        return null;
    }

    public override string ToString() => $"{Page}:{Line}: {Program} {Text}";

    // A comment, and what the shell does with the command's end, are none of the program's.
    [GeneratedRegex(@"^(\./)?bftcloud(?<arguments>( +(?![#|&>])\S+)*)")]
    private static partial Regex Whole();

    [GeneratedRegex(@"`(\./)?bftcloud(?<arguments>( [^` ]+)*)`")]
    private static partial Regex Mention();
}
