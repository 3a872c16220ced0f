using Tidy.Tests.Sources;

namespace Tidy.Tests.Files;

/// <summary>Files are named as what they hold, put nothing off, and their links lead somewhere.</summary>
public class FileTests
{
    [Fact]
    public void Files_of_src_are_named_as_their_type() =>
        Breach.AssertNone(TypeFiles.Breaches(
            Checkout.Workspace.Products.SelectMany(static p => Checkout.Workspace.Files(p.Name))));

    [Fact]
    public void Nothing_is_put_off_and_no_test_waits_for_time_to_pass() =>
        Breach.AssertNone(ProhibitedText.Breaches([.. Checkout.Sources, .. Checkout.Pages]));

    [Fact]
    public void Links_of_pages_lead_somewhere() =>
        Breach.AssertNone(PageLinks.Breaches(
            Checkout.Pages, static path => Path.Exists(Path.Combine(Checkout.Root, path))));

    [Theory]
    [InlineData("class B;", "it holds B but no A: rename the file.")]
    [InlineData("class A; class B;", "B is a second concern: give it a file of its own.")]
    [InlineData("struct A; struct B;", "B is a second concern: give it a file of its own.")]
    public void A_file_of_two_concerns_or_another_name_is_found(string text, string message) =>
        Assert.Equal(message, Types(text).First().Message);

    [Theory]
    [InlineData("namespace Example; class A; class B : A; record C; enum D { None } delegate void E(); interface F;")]
    [InlineData("[assembly: System.CLSCompliant(false)]")]
    public void A_family_passes(string text) => Assert.Empty(Types(text));

    [Theory]
    [InlineData("src/A.cs", "// TODO: later", 1)]
    [InlineData("docs/a.md", "FIXME", 1)]
    [InlineData("tests/A.cs", "[Fact(Skip = \"slow\")]", 1)]
    [InlineData("tests/A.cs", "Thread.Sleep(1);\nawait Task.Delay(10, token);", 2)]
    [InlineData("tests/A.cs", "await Task.Delay(Timeout.Infinite, token);", 0)]
    [InlineData("src/A.cs", "await Task.Delay(10, time, token);", 0)]
    public void A_word_that_puts_off_and_a_wait_are_found(string path, string text, int breaches) =>
        Assert.Equal(breaches, ProhibitedText.Breaches([new(path, text)]).Count());

    [Theory]
    [InlineData("[a](b.md)", 0)]
    [InlineData("[a](b.md#the-log-on-disk)", 0)]
    [InlineData("[a](#one)\n# One", 0)]
    [InlineData("[a](https://example.org/x)", 0)]
    [InlineData("[a](../src)", 0)]
    [InlineData("[a](c.md)", 1)]
    [InlineData("[a](b.md#gone)", 1)]
    public void A_link_that_leads_nowhere_is_found(string text, int breaches) =>
        Assert.Equal(breaches, PageLinks.Breaches([new("docs/a.md", text), new("docs/b.md", "## The log, on disk")],
            static path => path is "docs/b.md" or "src").Count());

    private static IEnumerable<Breach> Types(string text) =>
        TypeFiles.Breaches(Examples.Project(("A.cs", text)).Files("Example"));
}
