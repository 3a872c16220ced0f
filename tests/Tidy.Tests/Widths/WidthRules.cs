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

    /// <summary>Files with wide lines.</summary>
    public static IEnumerable<Breach> Breaches(IEnumerable<SourceFile> files)
    {
        foreach (SourceFile file in files)
        {
            IReadOnlyList<int> wide = WideLines(file);
            if (wide.Count == 0) continue;
            string bound = file.Path.EndsWith(".md", StringComparison.Ordinal) ? "100" : "120";
            yield return new Breach(file.Path, wide[^1],
                $"{wide.Count} lines of more than {bound} columns ({string.Join(", ", wide)}): break them.");
        }
    }

    private static int Columns(string line) => new StringInfo(line).LengthInTextElements;
}
