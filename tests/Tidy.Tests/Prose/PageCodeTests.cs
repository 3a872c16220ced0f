using Tidy.Tests.Sources;

namespace Tidy.Tests.Prose;

/// <summary>What a reader copies from a page compiles; so does what a reader types as a page tells.</summary>
public class PageCodeTests
{
    private const string Library = "public class Known { public static int Number => 1; }";

    private static readonly SourceFile s_project =
        new("src/Library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");

    private static readonly SourceFile s_source = new("src/Library/Known.cs", Library + "\n");

    public static TheoryData<string> PagesOfChanges =>
    [
        .. Checkout.Pages.Select(static page => page.Path)
            .Where(static path => path.StartsWith("docs/internals/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Quotes_are_as_the_files_are() =>
        Breach.AssertNone(PageQuotes.Breaches(Checkout.Pages, Read));

    [Fact]
    public void Examples_compile() =>
        Breach.AssertNone(PagePrograms.Breaches(Checkout.Pages, Checkout.Projects, Checkout.Sources));

    [Theory]
    [MemberData(nameof(PagesOfChanges))]
    public void Changes_that_a_page_describes_compile(string path) =>
        Breach.AssertNone(PageChanges.Breaches(
            Checkout.File(path), Checkout.Projects, Checkout.Sources, Checkout.Workspace, Read));

    [Theory]
    [InlineData("<!-- quote a.txt -->\n```\none\ntwo\n```", 0)]
    [InlineData("<!-- quote a.txt -->\n```\none\nthree\n```", 1)]
    [InlineData("<!-- quote b.txt -->\n```\none\n```", 1)]
    public void A_wrong_quote_is_found(string text, int breaches) => Assert.Equal(breaches,
        PageQuotes.Breaches([new("a.md", text)], static path => path == "a.txt" ? "one\ntwo\n" : null).Count());

    [Theory]
    [InlineData("```csharp\nint a = Known.Number;\n```\n```csharp\nint a = 2;\n```", 0)]
    [InlineData("```csharp\nclass A;\n```\n```csharp\nclass B : A;\n```", 1)]
    [InlineData("```csharp\nint a = Known.Number\n```", 1)]
    [InlineData("```csharp\nint a = Known.Name;\n```", 1)]
    [InlineData("```\nno code\n```", 0)]
    public void An_example_that_does_not_compile_is_found(string text, int breaches) =>
        Assert.Equal(breaches, PagePrograms.Breaches([new("a.md", text)], [s_project], [s_source]).Count());

    [Theory]
    [InlineData("```diff\n--- src/Library/Known.cs\n-" + Library + "\n+public class Known;\n```", 0)]
    [InlineData("```diff\n--- src/Library/Known.cs\n-" + Library + "\n+public class Known : None;\n```", 1)]
    [InlineData("```diff\n--- src/Library/Known.cs\n other\n+public class More;\n```", 1)]
    [InlineData("```diff\n--- src/Library/None.cs\n other\n+public class More;\n```", 1)]
    [InlineData("<!-- file src/Library/More.cs -->\n```csharp\nclass More : Known;\n```", 0)]
    [InlineData("<!-- file src/Library/More.cs -->\n```csharp\nclass More : None;\n```", 1)]
    [InlineData("<!-- file src/Library/Known.cs -->\n```csharp\nclass More;\n```", 1)]
    public void A_change_that_does_not_compile_is_found(string text, int breaches) =>
        Assert.Equal(breaches, PageChanges.Breaches(
            new("a.md", text), [s_project], [s_source], new Workspace([s_project], [s_source]),
            static path => path == s_source.Path ? s_source.Text : null).Count());

    private static string? Read(string path) =>
        File.Exists(Path.Combine(Checkout.Root, path)) ? Checkout.File(path).Text : null;
}
