using System.Globalization;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Widths;

/// <summary>The files that are still wide, with the number of their wide lines. The list only shrinks.</summary>
internal static class WidthList
{
    public const string Name = "tests/Tidy.Tests/widths-to-come.txt";

    /// <summary>Set to 1, the test lowers the list to what the checkout needs.</summary>
    public const string Variable = "TIDY_LOWER_WIDTHS";

    public const string Remedy = $"lower its number, or run this test with {Variable}=1, which does so.";

    /// <summary>A number and a path a line.</summary>
    public static IReadOnlyDictionary<string, int> Parse(SourceFile list) =>
        list.Lines.Where(static l => l.Length > 0).Select(static l => l.Split(' ', 2)).ToDictionary(
            static l => l[1], static l => int.Parse(l[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The list with no number higher than the wide lines that are there; never with a higher one.</summary>
    public static string Lower(IReadOnlyDictionary<string, int> toCome, IEnumerable<SourceFile> files)
    {
        IEnumerable<string> lines =
            from file in files
            let number = Math.Min(toCome.GetValueOrDefault(file.Path), WidthRules.WideLines(file).Count)
            where number > 0
            orderby file.Path
            select string.Create(CultureInfo.InvariantCulture, $"{number} {file.Path}\n");
        return string.Concat(lines);
    }
}
