namespace BftCloud.Testing.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path from the root of the checkout.</param>
/// <param name="Line">The number of its first line, from 1.</param>
/// <param name="Language">What follows the opening fence; empty if nothing does.</param>
/// <param name="Mark">The text of an HTML comment in the line before the fence; empty if there is none.</param>
/// <param name="Text">Its lines, each with its end.</param>
internal sealed record Fence(string Page, int Line, string Language, string Mark, string Text)
{
    private const string Fencing = "```";

    /// <summary>The fenced blocks of a page, in order.</summary>
    public static IEnumerable<Fence> Of(string page, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!IsFence(lines[i])) continue;
            int end = i + 1;
            while (end < lines.Length && !IsFence(lines[end])) end++;
            string mark = i > 0 ? Comment(lines[i - 1].Trim()) : "";
            string block = string.Concat(lines[(i + 1)..end].Select(static line => line + "\n"));
            yield return new Fence(page, i + 2, lines[i].Trim()[Fencing.Length..], mark, block);
            i = end;
        }
    }

    /// <summary>Whether the line opens or closes a block.</summary>
    public static bool IsFence(string line) => line.TrimStart().StartsWith(Fencing, StringComparison.Ordinal);

    private static string Comment(string line) =>
        line.StartsWith("<!--", StringComparison.Ordinal) && line.EndsWith("-->", StringComparison.Ordinal)
            ? line[4..^3].Trim() : "";
}
