using BftCloud.Testing.Pages;
using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>
/// A page that tells how to change this code by edits. A block after <c>&lt;!-- file PATH --&gt;</c> is a new file. A
/// block of <c>diff</c> names a file in its first line, behind <c>--- </c>; the lines that it keeps and removes
/// stand in that file once, one after the other. The sources with all edits of a page compile.
/// </summary>
internal static class PageChanges
{
    private const string Mark = "file ", Heading = "--- ";

    public static IEnumerable<Breach> Breaches(
        SourceFile page, IReadOnlyList<SourceFile> projects, IReadOnlyList<SourceFile> sources, Workspace before,
        Func<string, string?> read)
    {
        Dictionary<string, SourceFile> changed = new(StringComparer.Ordinal);
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (Fence block in Fence.Of(page.Path, page.Text).Where(IsEdit))
        {
            string path = PathOf(block);
            string? old = changed.TryGetValue(path, out SourceFile? file) ? file.Text : read(path);
            (string? text, string? fault) = block.Language == "diff" ? Edit(old, block.Text)
                : old is null ? (block.Text, null)
                : (null, "is there already: describe another file.");
            if (fault is not null)
            {
                yield return new Breach(page.Path, block.Line, $"{path} {fault}");
                yield break;
            }
            changed[path] = new SourceFile(path, text!);
            lines[path] = block.Line;
        }
        string[] compiled = [.. changed.Keys.Where(static p => p.EndsWith(".cs", StringComparison.Ordinal))];
        if (compiled.Length == 0) yield break;
        Workspace after = new(
            [.. projects.Where(p => !changed.ContainsKey(p.Path)), .. ChangedFiles(changed, ".csproj")],
            [.. sources.Where(s => !changed.ContainsKey(s.Path)), .. ChangedFiles(changed, ".cs")]);
        foreach (string path in compiled)
        {
            string[] known = read(path) is null ? [] : [.. before.Errors(path).Select(static e => e.GetMessage())];
            foreach (Diagnostic error in after.Errors(path).Where(e => !known.Contains(e.GetMessage())))
            {
                int line = error.Location.GetLineSpan().StartLinePosition.Line + 1;
                yield return new Breach(page.Path, lines[path],
                    $"{path} does not compile with the page's edits, at its line {line}: {error.GetMessage()}");
            }
        }
    }

    private static IEnumerable<SourceFile> ChangedFiles(Dictionary<string, SourceFile> changed, string extension) =>
        changed.Values.Where(file => file.Path.EndsWith(extension, StringComparison.Ordinal));

    private static bool IsEdit(Fence block) =>
        block.Language == "diff" || block.Mark.StartsWith(Mark, StringComparison.Ordinal);

    private static string PathOf(Fence block) =>
        block.Language == "diff" ? block.Text.Split('\n')[0][Heading.Length..] : block.Mark[Mark.Length..];

    /// <summary>The file with the block's edit, or why there is none.</summary>
    private static (string? Text, string? Fault) Edit(string? old, string diff)
    {
        if (old is null) return (null, "is not there: correct the name.");
        string[] lines = [.. diff.TrimEnd('\n').Split('\n').Skip(1)];
        string Side(char added) => string.Concat(
            lines.Where(line => line.Length == 0 || line[0] == ' ' || line[0] == added)
                .Select(static line => (line.Length == 0 ? "" : line[1..]) + "\n"));
        string from = Side('-');
        int at = old.IndexOf(from, StringComparison.Ordinal);
        if (at < 0) return (null, "does not have the lines of the edit: quote them as they are.");
        if (old.IndexOf(from, at + 1, StringComparison.Ordinal) >= 0)
            return (null, "has the lines of the edit more than once: quote more of them.");
        return (old[..at] + Side('+') + old[(at + from.Length)..], null);
    }
}
