using Tidy.Tests.Sources;

namespace Tidy.Tests.Sizes;

/// <summary>Files and methods of src/ are short.</summary>
public class SizeTests
{
    [Fact]
    public void Files_and_methods_are_short() =>
        Breach.AssertNone(SizeRules.Breaches(
            Checkout.Workspace.Products.SelectMany(static p => Checkout.Workspace.Files(p.Name)), SizeRules.ToSplit));

    [Fact]
    public void A_long_file_is_found() =>
        Assert.Equal("src/Example/A.cs: 401 lines, at most 400: give its second concern a type of its own.",
            Assert.Single(Of("class A;" + new string('\n', 400) + "class B;")).ToString());

    [Fact]
    public void A_long_method_is_found() =>
        Assert.Equal("src/Example/A.cs:3: Run has 61 lines, at most 60: name its parts.",
            Assert.Single(Of("class A\n{\n    void Run()\n    {" + new string('\n', 59) + "}\n}\n")).ToString());

    [Fact]
    public void A_file_of_the_bound_and_a_method_of_the_bound_pass()
    {
        Assert.Empty(Of("class A;" + new string('\n', 400)));
        Assert.Empty(Of("class A\n{\n    void Run()\n    {" + new string('\n', 58) + "}\n}\n"));
    }

    [Fact]
    public void A_name_to_split_that_is_short_is_found() =>
        Assert.Equal("src/Example/A.cs", Assert.Single(Of("class A;", "src/Example/A.cs")).File);

    private static IEnumerable<Breach> Of(string text, params string[] toSplit) =>
        SizeRules.Breaches(Examples.Project(("A.cs", text)).Files("Example"), toSplit.ToHashSet());
}
