using Microsoft.CodeAnalysis;
using Tidy.Tests.Projects;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Folders;

/// <summary>The folders of each project of src/ form layers.</summary>
public class FolderTests
{
    public static TheoryData<string> Projects => [.. Checkout.Workspace.Products.Select(static p => p.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folder_names_one_above_it(string project)
    {
        ProjectFile file = Checkout.Workspace.Projects[project];
        IReadOnlyList<FolderEdge> edges = FolderEdges.Of(Checkout.Workspace, file);
        Assert.True(FolderOrder.Declared.ContainsKey(project),
            $"Declare the order of {project}'s folders in FolderOrder.");
        HashSet<string> folders =
            [.. Checkout.Workspace.Files(project).Select(tree => FolderEdges.FolderOf(file, tree.FilePath))];
        Breach.AssertNone(
        [
            .. FolderRules.Circles(project, edges),
            .. FolderRules.Upward(project, FolderOrder.Declared[project], edges),
            .. FolderRules.Empty(project, FolderOrder.Declared[project], folders),
        ]);
    }

    [Fact]
    public void Every_name_is_resolved()
    {
        // A name that does not resolve is an edge that nobody sees. What generators write is not here: CS8795 is a
        // partial method without its other half, and the rest comes from JSON contexts.
        string[] known = ["CS8795", "CS0534", "CS7036"];
        Breach.AssertNone(
            from project in Checkout.Workspace.Products
            from diagnostic in Checkout.Workspace[project.Name].GetDeclarationDiagnostics()
            where diagnostic.Severity == DiagnosticSeverity.Error && !known.Contains(diagnostic.Id)
            let place = diagnostic.Location.GetLineSpan()
            select new Breach(place.Path, place.StartLinePosition.Line + 1, diagnostic.GetMessage()));
    }

    [Fact]
    public void An_edge_upwards_is_found()
    {
        Breach breach = Assert.Single(FolderRules.Upward("Example", ["Low", "High"], Edges(
            ("Low/Base.cs", "namespace Example.Low; class Base { object Make() => new Example.High.Top(); }"),
            ("High/Top.cs", "namespace Example.High; class Top : Example.Low.Base;"))));
        Assert.Equal("src/Example/Low/Base.cs:1", $"{breach.File}:{breach.Line}");
        Assert.Contains("Low names Top of High (src/Example/High/Top.cs)", breach.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edge_by_a_member_whose_type_is_not_named_is_found()
    {
        IReadOnlyList<FolderEdge> edges = Edges(
            ("One/A.cs", "namespace Example.One; class A { public static Example.Two.B Get() => new(); }"),
            ("Two/B.cs", "namespace Example.Two; class B { public int Size => 1; }"),
            ("Three/C.cs", "namespace Example.Three; class C { int Size => Example.One.A.Get().Size; }"));
        Assert.Contains(edges, static e => (e.From, e.To, e.Type) == ("Three", "Two", "B"));
    }

    [Fact]
    public void A_circle_is_found_through_a_third_folder()
    {
        IReadOnlyList<FolderEdge> edges = Edges(
            ("One/A.cs", "namespace Example.One; class A { Example.Two.B? b; }"),
            ("Two/B.cs", "namespace Example.Two; class B { Example.Three.C? c; }"),
            ("Three/C.cs", "namespace Example.Three; class C { Example.One.A? a; }"),
            ("Four/D.cs", "namespace Example.Four; class D { Example.One.A? a; }"));
        Assert.Equal(3, FolderRules.Circles("Example", edges).Count());
        Assert.Equal(["One", "Three", "Two"], FolderRules.OnCircles(edges));
    }

    [Fact]
    public void A_folder_without_a_place_and_a_place_without_a_folder_are_found()
    {
        IReadOnlyList<FolderEdge> edges = Edges(
            ("New/A.cs", "namespace Example.New; class A { Example.Low.B? b; }"),
            ("Low/B.cs", "namespace Example.Low; class B;"));
        Assert.Single(FolderRules.Upward("Example", ["Low"], edges));
        Assert.Single(FolderRules.Empty("Example", ["Low Gone"], new HashSet<string> { "Low" }));
    }

    private static IReadOnlyList<FolderEdge> Edges(params (string Path, string Text)[] files)
    {
        Workspace workspace = Examples.Project(files);
        return FolderEdges.Of(workspace, workspace.Projects["Example"]);
    }
}
