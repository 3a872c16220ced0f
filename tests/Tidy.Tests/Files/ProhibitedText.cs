using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Files;

/// <summary>Words that put work off, and, in tests, what skips a test or waits for time to pass.</summary>
internal static partial class ProhibitedText
{
    /// <summary>Files that may hold a pattern, with the reason.</summary>
    private static readonly Dictionary<string, string> s_allowed = new(StringComparer.Ordinal)
    {
        ["tests/BftCloud.Tests/Clusters/RootFactAttribute.cs"] = "mounting a file system needs root",
        ["tests/Tidy.Tests/Files/ProhibitedText.cs"] = "the patterns",
        ["tests/Tidy.Tests/Files/FileTests.cs"] = "examples of them",
    };

    public static IEnumerable<Breach> Breaches(IEnumerable<SourceFile> files)
    {
        foreach (SourceFile file in files.Where(static f => !s_allowed.ContainsKey(f.Path)))
        {
            bool isTest = file.Path.StartsWith("tests/", StringComparison.Ordinal);
            IEnumerable<Match> matches = PutOff().Matches(file.Text);
            if (isTest) matches = matches.Concat(Waits().Matches(file.Text));
            foreach (Match match in matches)
            {
                int line = 1 + file.Text.AsSpan(0, match.Index).Count('\n');
                yield return new Breach(file.Path, line, $"'{match.Value}': {Remedy(match.Value)}");
            }
        }
    }

    private static string Remedy(string found) => found switch
    {
        "TODO" or "FIXME" or "HACK" => "finish the work, or write down what is missing where it is planned.",
        _ when found.StartsWith("Skip", StringComparison.Ordinal) => "mend the test, or take it out.",
        _ => "wait for what is to happen, or use virtual time.",
    };

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b")]
    private static partial Regex PutOff();

    // A delay without an end is no wait: it is ended by its token.
    [GeneratedRegex(@"\bSkip = |\bThread\.Sleep\b|\bTask\.Delay\((?!\s*Timeout\.Infinite\b)")]
    private static partial Regex Waits();
}
