using Tidy.Tests.Sources;

namespace Tidy.Tests.Widths;

/// <summary>Lines fit: new files at once, the others when they are touched.</summary>
public class WidthTests
{
    private static SourceFile[] Files => [.. Checkout.Sources, .. Checkout.Pages];

    [Fact]
    public void Lines_fit()
    {
        IReadOnlyDictionary<string, int> toCome = WidthList.Parse(Checkout.File(WidthList.Name));
        if (Environment.GetEnvironmentVariable(WidthList.Variable) == "1")
        {
            File.WriteAllText(Path.Combine(Checkout.Root, WidthList.Name), WidthList.Lower(toCome, Files));
            toCome = WidthList.Parse(Checkout.File(WidthList.Name));
        }
        Breach.AssertNone(WidthRules.Breaches(Files, toCome));
    }

    [Theory]
    [InlineData("A.cs", 120, false)]
    [InlineData("A.cs", 121, true)]
    [InlineData("a.md", 100, false)]
    [InlineData("a.md", 101, true)]
    public void A_wide_line_is_found(string path, int columns, bool isFound)
    {
        SourceFile file = new(path, "short\n" + "a ".PadRight(columns, 'é') + "\nshort\n");
        Assert.Equal(isFound ? [2] : [], WidthRules.WideLines(file));
        Assert.Equal(isFound ? 1 : 0, WidthRules.Breaches([file], new Dictionary<string, int>()).Count());
    }

    [Fact]
    public void Tables_blocks_of_code_and_links_may_be_wide()
    {
        string wide = " ".PadLeft(80, 'x').PadRight(160, 'y');
        string link = new('l', 120);
        Assert.Equal([6], WidthRules.WideLines(new("a.md", $"|{wide}|\n```\n{wide}\n```\n- {link}\n{wide}\n")));
    }

    [Fact]
    public void A_list_that_allows_too_much_or_too_little_is_found()
    {
        SourceFile[] files = [new("A.cs", "a ".PadRight(200) + "\n" + "b ".PadRight(200)), new("B.cs", "")];
        Dictionary<string, int> Listed(int number) => new() { ["A.cs"] = number };
        Assert.Single(WidthRules.Breaches(files, Listed(1)));
        Assert.Empty(WidthRules.Breaches(files, Listed(2)));
        Assert.Single(WidthRules.Breaches(files, Listed(3)));
        Assert.Single(WidthRules.Breaches([], Listed(1)));
    }

    [Fact]
    public void The_list_is_only_lowered()
    {
        SourceFile[] files = [new("A.cs", "a ".PadRight(200)), new("B.cs", "b ".PadRight(200)), new("C.cs", "")];
        Assert.Equal("1 A.cs\n", WidthList.Lower(new Dictionary<string, int> { ["A.cs"] = 7, ["C.cs"] = 2 }, files));
    }
}
