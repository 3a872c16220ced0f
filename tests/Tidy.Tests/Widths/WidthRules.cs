using System.Globalization;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Widths;

/// <summary>
/// Lines have at most 120 columns in code and 100 in pages. In pages, tables, blocks of code and lines of one word
/// (a link) are as wide as they are.
/// </summary>
internal static class WidthRules
{
    public const int CodeColumnsMax = 120, PageColumnsMax = 100;

    /// <summary>The numbers of the lines that are too wide.</summary>
    public static IReadOnlyList<int> WideLines(SourceFile file)
    {
        bool isPage = file.Path.EndsWith(".md", StringComparison.Ordinal), inCode = false;
        List<int> wide = [];
        for (int i = 0; i < file.Lines.Length; i++)
        {
            string line = file.Lines[i];
            if (isPage && line.TrimStart().StartsWith("```", StringComparison.Ordinal)) inCode = !inCode;
            if (isPage && (inCode || line.StartsWith('|') || !line.Trim().TrimStart('-', ' ').Contains(' '))) continue;
            if (Columns(line) > (isPage ? PageColumnsMax : CodeColumnsMax)) wide.Add(i + 1);
        }
        return wide;
    }

    /// <summary>Wide lines that the list does not allow, and numbers in it that are too high.</summary>
    public static IEnumerable<Breach> Breaches(IEnumerable<SourceFile> files, IReadOnlyDictionary<string, int> toCome)
    {
        HashSet<string> met = [];
        foreach (SourceFile file in files)
        {
            met.Add(file.Path);
            int allowed = toCome.GetValueOrDefault(file.Path);
            IReadOnlyList<int> wide = WideLines(file);
            if (wide.Count > allowed)
            {
                string bound = file.Path.EndsWith(".md", StringComparison.Ordinal) ? "100" : "120";
                string known = allowed == 0 ? "" : $" where {WidthList.Name} allows {allowed}";
                yield return new Breach(file.Path, wide[^1],
                    $"{wide.Count} lines of more than {bound} columns{known} ({string.Join(", ", wide)}): break them.");
            }
            else if (wide.Count < allowed)
            {
                yield return new Breach(file.Path, 0,
                    $"{wide.Count} wide lines where {WidthList.Name} allows {allowed}: {WidthList.Remedy}");
            }
        }
        foreach (string path in toCome.Keys.Where(p => !met.Contains(p)))
            yield return new Breach(path, 0, $"{WidthList.Name} names it, but it is gone: {WidthList.Remedy}");
    }

    private static int Columns(string line) => new StringInfo(line).LengthInTextElements;
}
