using System.Text.RegularExpressions;
using BftCloud.Testing.Pages;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>A sentence of a page, outside of code.</summary>
/// <param name="Line">The line in which its paragraph, item or row begins, from 1.</param>
/// <param name="Text">Its text; code between backticks is one word.</param>
/// <param name="Words">Its words.</param>
/// <param name="IsCell">It stands in a table, where many sentences are a word or two.</param>
internal sealed partial record Sentence(int Line, string Text, int Words, bool IsCell)
{
    /// <summary>The sentences of a page, in order.</summary>
    public static IEnumerable<Sentence> Of(SourceFile page)
    {
        foreach ((int line, string text, bool isCell) in Passages(page.Lines))
        {
            string plain = Emphasis().Replace(Link().Replace(Code().Replace(text, "code"), "${text}"), "");
            foreach (string sentence in End().Split(plain))
            {
                int words = sentence.Split(' ').Count(static word => word.Any(char.IsLetterOrDigit));
                if (words > 0) yield return new Sentence(line, sentence, words, isCell);
            }
        }
    }

    /// <summary>Paragraphs, items of lists, and cells of tables.</summary>
    private static IEnumerable<(int Line, string Text, bool IsCell)> Passages(string[] lines)
    {
        List<string> passage = [];
        int first = 0;
        bool inCode = false;
        for (int i = 0; i <= lines.Length; i++)
        {
            string line = i < lines.Length ? lines[i].Trim() : "";
            bool isFence = Fence.IsFence(line);
            Match item = Item().Match(line);
            bool begins = line.Length == 0 || isFence || inCode || item.Success || line[0] is '#' or '|' or '<';
            if (begins && passage.Count > 0)
            {
                yield return (first, string.Join(' ', passage), false);
                passage.Clear();
            }
            if (isFence) inCode = !inCode;
            if (line.Length == 0 || isFence || inCode || line[0] is '#' or '<') continue;
            if (line[0] == '|')
            {
                foreach (string cell in Bar().Split(line)) yield return (i + 1, cell.Trim(), true);
                continue;
            }
            if (passage.Count == 0) first = i + 1;
            passage.Add(line[item.Length..]);
        }
    }

    [GeneratedRegex(@"^([-*]|\d+\.) ")]
    private static partial Regex Item();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\*")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"(?<=[.!?][)""]*)\s+")]
    private static partial Regex End();
}
