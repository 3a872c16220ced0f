using Tidy.Tests.Sources;

namespace Tidy.Tests.Places;

/// <summary>Tests lie where src/ has what they test.</summary>
public class PlaceTests
{
    private static readonly Dictionary<string, string> s_none = [];

    [Fact]
    public void Tests_mirror_src() => Breach.AssertNone(PlaceRules.Breaches(
        [.. Checkout.Sources.Select(static file => file.Path)], PlaceRules.Elsewhere));

    [Theory]
    [InlineData("tests/One.Tests/Low/ATests.cs", 0)]
    [InlineData("tests/One.Tests/ATests.cs", 1)]
    [InlineData("tests/One.Tests/High/ATests.cs", 1)]
    [InlineData("tests/Two.Tests/Low/ATests.cs", 1)]
    [InlineData("tests/One.Tests/High/WholeTests.cs", 0)]
    [InlineData("tests/One.Tests/High/A.cs", 0)]
    public void A_test_in_another_place_than_its_subject_is_found(string test, int breaches) =>
        Assert.Equal(breaches, Breaches(test, s_none).Length);

    [Fact]
    public void A_breach_names_the_right_place() => Assert.Equal(
        "tests/One.Tests/ATests.cs: move it to tests/One.Tests/Low/ATests.cs, where src/ has its subject.",
        Assert.Single(Breaches("tests/One.Tests/ATests.cs", s_none)).ToString());

    [Fact]
    public void What_a_project_without_tests_has_asks_for_nothing() => Assert.Empty(PlaceRules.Breaches(
        ["src/Untested/A.cs", "tests/One.Tests/ATests.cs"], s_none));

    [Theory]
    [InlineData("tests/One.Tests/ATests.cs", 0)]
    [InlineData("tests/One.Tests/Low/ATests.cs", 1)]
    public void A_reason_is_taken_and_one_that_nothing_needs_is_found(string test, int breaches) =>
        Assert.Equal(breaches, Breaches(test, new Dictionary<string, string> { [test] = "a reason" }).Length);

    private static Breach[] Breaches(string test, IReadOnlyDictionary<string, string> elsewhere) =>
    [
        .. PlaceRules.Breaches(
            ["src/One/Low/A.cs", "tests/One.Tests/Other.cs", "tests/Two.Tests/Other.cs", test], elsewhere),
    ];
}
