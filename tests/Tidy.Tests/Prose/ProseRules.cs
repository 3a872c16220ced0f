using System.Globalization;
using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>
/// Pages are read by people in a hurry: short sentences about named things, and short pages. A page of a few sentences
/// has no mean worth a rule. Comments and texts of the code name things, too.
/// </summary>
internal static partial class ProseRules
{
    public const int SentenceWordsMax = 35, SentencesMin = 5;
    public const double MeanWordsMax = 16;
    public const int PageLinesMax = 150, FrontPageLinesMax = 110;

    private static readonly string[] s_frontPages = ["README.md", "ARCHITECTURE.md"];
    private static readonly string[] s_shortPages = ["docs/spec/", "docs/guides/", "docs/internals/"];

    /// <summary>Sentences that are too long, and pages whose sentences are too long in the mean.</summary>
    public static IEnumerable<Breach> LongSentences(IEnumerable<SourceFile> pages)
    {
        foreach (SourceFile page in pages)
        {
            Sentence[] sentences = [.. Sentence.Of(page)];
            foreach (Sentence sentence in sentences.Where(static s => s.Words > SentenceWordsMax))
            {
                yield return new Breach(page.Path, sentence.Line,
                    $"a sentence of {sentence.Words} words, at most {SentenceWordsMax}: divide '{sentence.Text}'");
            }
            bool hasMean = sentences.Count(static s => !s.IsCell) >= SentencesMin;
            if (hasMean && MeanWords(sentences) is var mean and > MeanWordsMax)
            {
                yield return new Breach(page.Path, 0, string.Create(CultureInfo.InvariantCulture,
                    $"its sentences have {mean:F1} words in the mean, at most {MeanWordsMax}: divide the longest."));
            }
        }
    }

    /// <summary>Words that name no thing: a reader has to guess which replica, client or person is meant.</summary>
    public static IEnumerable<Breach> Riddles(IEnumerable<SourceFile> pages) =>
        from page in pages
        from sentence in Sentence.Of(page)
        from Match word in Riddle().Matches(sentence.Text)
        select new Breach(page.Path, sentence.Line,
            $"'{word.Value}' names no thing: name the replica, client or file.");

    /// <summary>The same words in the comments and texts of src/.</summary>
    public static IEnumerable<Breach> RiddlesOfCode(IEnumerable<SourceFile> sources) =>
        from source in sources
        where source.Path.StartsWith("src/", StringComparison.Ordinal)
        from prose in CodeProse.Of(source.Tree)
        from Match word in Riddle().Matches(prose.Text)
        select new Breach(source.Path, prose.Line,
            $"'{word.Value}' names no thing: name the replica, client, thread or file.");

    /// <summary>Pages that are too long to be read at once.</summary>
    public static IEnumerable<Breach> LongPages(IEnumerable<SourceFile> pages)
    {
        foreach (SourceFile page in pages)
        {
            int lines = page.Text.Count(static c => c == '\n');
            bool isFront = s_frontPages.Contains(page.Path);
            bool isShort = isFront || s_shortPages.Any(f => page.Path.StartsWith(f, StringComparison.Ordinal));
            int max = isFront ? FrontPageLinesMax : PageLinesMax;
            if (isShort && lines > max)
                yield return new Breach(page.Path, 0, $"{lines} lines, at most {max}: divide the page.");
        }
    }

    /// <summary>How many words the sentences have in the mean, without those of tables.</summary>
    public static double MeanWords(IEnumerable<Sentence> sentences) =>
        sentences.Where(static s => !s.IsCell).Select(static s => (double)s.Words).DefaultIfEmpty().Average();

    [GeneratedRegex(@"\b(who|whom|whoever|nobody|somebody|anybody|everybody|silence)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Riddle();
}
