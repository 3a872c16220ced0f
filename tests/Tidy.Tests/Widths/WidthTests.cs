using Tidy.Tests.Sources;

namespace Tidy.Tests.Widths;

/// <summary>Lines fit.</summary>
public class WidthTests
{
    [Fact]
    public void Lines_fit() => Breach.AssertNone(WidthRules.Breaches([.. Checkout.Sources, .. Checkout.Pages]));

    [Theory]
    [InlineData("A.cs", 120, false)]
    [InlineData("A.cs", 121, true)]
    [InlineData("a.md", 100, false)]
    [InlineData("a.md", 101, true)]
    public void A_wide_line_is_found(string path, int columns, bool isFound)
    {
        SourceFile file = new(path, "short\n" + "a ".PadRight(columns, 'é') + "\nshort\n");
        Assert.Equal(isFound ? [2] : [], WidthRules.WideLines(file));
        Assert.Equal(isFound ? 1 : 0, WidthRules.Breaches([file]).Count());
    }

    [Fact]
    public void Tables_blocks_of_code_and_links_may_be_wide()
    {
        string wide = " ".PadLeft(80, 'x').PadRight(160, 'y');
        string link = new('l', 120);
        Assert.Equal([6], WidthRules.WideLines(new("a.md", $"|{wide}|\n```\n{wide}\n```\n- {link}\n{wide}\n")));
    }
}
