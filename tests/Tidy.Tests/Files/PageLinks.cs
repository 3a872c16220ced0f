using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Files;

/// <summary>A link in a page leads to a file of the checkout, and to a heading that is there.</summary>
internal static partial class PageLinks
{
    /// <param name="pages">The pages.</param>
    /// <param name="exists">Whether the checkout has this path, from its root.</param>
    public static IEnumerable<Breach> Breaches(IReadOnlyList<SourceFile> pages, Func<string, bool> exists)
    {
        Dictionary<string, SourceFile> byPath = pages.ToDictionary(static p => p.Path, StringComparer.Ordinal);
        foreach (SourceFile page in pages)
        {
            for (int i = 0; i < page.Lines.Length; i++)
            {
                foreach (Match link in Link().Matches(page.Lines[i]))
                {
                    string target = link.Groups["target"].Value;
                    if (Fault(page, target, byPath, exists) is { } fault)
                        yield return new Breach(page.Path, i + 1, $"the link to {target} {fault}: correct it.");
                }
            }
        }
    }

    private static string? Fault(
        SourceFile page, string target, Dictionary<string, SourceFile> pages, Func<string, bool> exists)
    {
        if (target.Contains(':', StringComparison.Ordinal)) return null; // of the web
        string[] parts = target.Split('#', 2);
        string path = page.Path;
        if (parts[0].Length > 0)
        {
            string folder = "/" + Path.GetDirectoryName(page.Path)!.Replace('\\', '/');
            path = Path.GetFullPath(parts[0], folder)[1..].TrimEnd('/');
            if (!exists(path)) return "leads nowhere";
        }
        if (parts.Length == 1 || !pages.TryGetValue(path, out SourceFile? to)) return null;
        bool isHeading = to.Lines.Any(line => line.StartsWith('#') && Anchor(line) == parts[1]);
        return isHeading ? null : "names no heading of that page";
    }

    private static string Anchor(string heading) =>
        NotOfAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotOfAnchor();
}
