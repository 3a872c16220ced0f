using System.Text.RegularExpressions;

namespace BftCloud.Tests.Guides;

/// <summary>
/// Commands that are run in the checkout. Two of them run or build these tests themselves: only continuous integration
/// runs those.
/// </summary>
internal static partial class CheckoutCommands
{
    /// <summary>What continuous integration runs, and the file that says so by which line.</summary>
    public static IReadOnlyDictionary<string, (string File, string Line)> OfIntegration { get; } =
        new Dictionary<string, (string File, string Line)>
        {
            ["./test"] = (".ci/run", """exec bash "$(dirname "${BASH_SOURCE[0]}")/../test" """.TrimEnd()),
            ["dotnet build BftCloud.slnx -c Release"] =
                ("test", "dotnet build BftCloud.slnx -c Release -v quiet --nologo"),
        };

    /// <summary>
    /// The commands of a block, without those of integration. Nothing is built again while tests run. Tests are listed,
    /// at least one for each command; <c>./test</c> runs them all.
    /// </summary>
    public static string Runnable(string block) => string.Concat(
        block.Split('\n').Select(static line => Comment().Replace(line, ""))
            .Where(static line => line.Length > 0 && !OfIntegration.ContainsKey(line))
            .Select(static line => Runs("test").IsMatch(line) ? $"{line} --no-build --list-tests | grep '^    '\n"
                : Runs("run").IsMatch(line) ? $"{line} --no-build\n" : $"{line}\n"));

    /// <summary>The environment variables that its commands set.</summary>
    public static IEnumerable<string> Variables(string block) =>
        Variable().Matches(block).Select(static match => match.Groups[1].Value);

    private static Regex Runs(string verb) => new($@"^([A-Z_]+=\S+ )*dotnet {verb} ");

    [GeneratedRegex("^([A-Z_]+)=", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\s*(\s#.*)?$")]
    private static partial Regex Comment();
}
