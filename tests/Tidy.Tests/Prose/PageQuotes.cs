using BftCloud.Testing.Pages;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>A block after <c>&lt;!-- quote PATH --&gt;</c> stands in that file, word by word.</summary>
internal static class PageQuotes
{
    private const string Mark = "quote ";

    public static bool IsQuote(Fence block) => block.Mark.StartsWith(Mark, StringComparison.Ordinal);

    public static IEnumerable<Breach> Breaches(IEnumerable<SourceFile> pages, Func<string, string?> read) =>
        from page in pages
        from block in Fence.Of(page.Path, page.Text)
        where IsQuote(block)
        let path = block.Mark[Mark.Length..]
        where read(path)?.Contains(block.Text, StringComparison.Ordinal) != true
        select new Breach(page.Path, block.Line, $"{path} does not have this text: quote it as it is.");
}
