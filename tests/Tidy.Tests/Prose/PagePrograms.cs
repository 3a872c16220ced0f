using System.Globalization;
using BftCloud.Testing.Pages;
using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>Each block of C# without a mark is a program, or a file, of a user's: it compiles as it is.</summary>
internal static class PagePrograms
{
    public static IEnumerable<Breach> Breaches(
        IEnumerable<SourceFile> pages, IReadOnlyList<SourceFile> projects, IReadOnlyList<SourceFile> sources)
    {
        Fence[] blocks =
        [
            .. pages.SelectMany(static page => Fence.Of(page.Path, page.Text))
                .Where(static block => block is { Language: "csharp", Mark: "" }),
        ];
        IEnumerable<string> references = projects
            .Where(static p => p.Path.StartsWith("src/", StringComparison.Ordinal))
            .Select(static p => $"<ProjectReference Include=\"/{p.Path}\" />");
        string project = $"<Project>{string.Concat(references)}</Project>";
        Workspace workspace = new(
            [.. projects, .. blocks.Select((_, i) => new SourceFile(PathOf(i, "csproj"), project))],
            [.. sources, .. blocks.Select(static (block, i) => new SourceFile(PathOf(i, "cs"), block.Text))]);
        foreach ((int i, Fence block) in blocks.Index())
        {
            foreach (Diagnostic error in workspace.Errors(PathOf(i, "cs")))
            {
                int line = block.Line + error.Location.GetLineSpan().StartLinePosition.Line;
                yield return new Breach(block.Page, line, $"the example does not compile: {error.GetMessage()}");
            }
        }
    }

    private static string PathOf(int index, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"pages/block{index}/block{index}.{extension}");
}
