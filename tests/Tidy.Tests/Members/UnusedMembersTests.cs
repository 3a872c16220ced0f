using Tidy.Tests.Sources;

namespace Tidy.Tests.Members;

/// <summary>No member of src/ is there for nobody.</summary>
public class UnusedMembersTests
{
    [Fact]
    public void Every_member_is_named() =>
        Breach.AssertNone(UnusedMembers.Breaches(Checkout.Workspace, Checkout.File(UnusedMembers.ListName).Lines
            .Where(static l => l.Length > 0).ToHashSet()));

    [Theory]
    [InlineData("int _unused;", "C._unused")]
    [InlineData("public int Unused => 1;", "C.Unused")]
    [InlineData("public void Unused() { }", "C.Unused()")]
    [InlineData("private const int Unused = 1;", "C.Unused")]
    [InlineData("private sealed class Unused;", "C.Unused")]
    [InlineData("public event System.Action? Unused;", "C.Unused")]
    public void A_member_that_nothing_names_is_found(string member, string name) =>
        Assert.Equal($"nothing names {name}: take it out.", Assert.Single(Of($"class C {{ {member} }}")).Message);

    [Theory]
    [InlineData("int _used; public int Get() => _used;")]
    [InlineData("public override string ToString() => \"\";")]
    [InlineData("int System.IComparable<C>.CompareTo(C? other) => 0;")]
    [InlineData("public int CompareTo(C? other) => 0;")]
    [InlineData("public static bool operator !(C c) => true;")]
    [InlineData("private enum Kind { Unnamed } public string Get() => typeof(Kind).Name;")]
    [InlineData("private record Pair(int Left, int Right); public object Get() => new Pair(1, 2);")]
    public void What_is_used_without_a_name_is_not_found(string members) =>
        Assert.Empty(Of($"abstract class C : System.IComparable<C> {{ {Comparer(members)}{members} }}"));

    [Fact]
    public void A_public_member_of_a_public_type_is_for_users() =>
        Assert.Empty(Of("public class C { public int Unused; protected int Too; }"));

    [Fact]
    public void A_member_that_tests_alone_name_stands_in_the_list()
    {
        Workspace workspace = new(
            [
                new("src/Example/Example.csproj", "<Project />"),
                new("tests/Example.Tests/Example.Tests.csproj",
                    "<Project><ProjectReference Include=\"../../src/Example/Example.csproj\" /></Project>"),
            ],
            [
                new("src/Example/C.cs", "public class C { internal static int Size => 1; }"),
                new("src/Example/Friends.cs",
                    "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Example.Tests\")]"),
                new("tests/Example.Tests/T.cs", "class T { int Size => C.Size; }"),
            ]);
        Breach breach = Assert.Single(UnusedMembers.Breaches(workspace, new HashSet<string>()));
        Assert.StartsWith("tests alone name C.Size", breach.Message, StringComparison.Ordinal);
        Assert.Empty(UnusedMembers.Breaches(workspace, new HashSet<string> { "C.Size" }));
        Assert.Equal(2, UnusedMembers.Breaches(workspace, new HashSet<string> { "C.Size", "C.Gone", "C.Too" }).Count());
    }

    private static string Comparer(string members) =>
        members.Contains("CompareTo", StringComparison.Ordinal)
            ? ""
            : "int System.IComparable<C>.CompareTo(C? other) => 0;";

    private static IEnumerable<Breach> Of(string type) => UnusedMembers.Breaches(
        Examples.Project(("C.cs", type), ("User.cs", "public class User { public object Use(C c) => c.Get(); }")),
        new HashSet<string>());
}
