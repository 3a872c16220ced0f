using Tidy.Tests.Sources;

namespace Tidy.Tests.Projects;

/// <summary>The projects of src/ form layers.</summary>
public class ProjectTests
{
    [Fact]
    public void Every_project_refers_to_what_its_layer_allows() =>
        Breach.AssertNone(ProjectRules.Breaches(ProjectLayer.Declared, Checkout.Workspace.Projects.Values));

    [Theory]
    [InlineData("<ProjectReference Include=\"../High/High.csproj\" />", "the project High is not of its layer")]
    [InlineData("<PackageReference Include=\"Fancy\" />", "the package Fancy is not of its layer")]
    [InlineData("<FrameworkReference Include=\"Web\" />", "the framework Web is not of its layer")]
    public void A_foreign_reference_is_found(string reference, string message)
    {
        ProjectFile low = Parse("src/Low/Low.csproj", reference), high = Parse("src/High/High.csproj", "");
        Breach breach = Assert.Single(ProjectRules.Breaches([new("Low", ""), new("High", "")], [low, high]));
        Assert.Equal("src/Low/Low.csproj", breach.File);
        Assert.StartsWith(message, breach.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_without_a_layer_a_layer_without_a_project_and_an_unused_permission_are_found()
    {
        ProjectFile low = Parse("src/Low/Low.csproj", ""), other = Parse("src/New/New.csproj", "");
        Assert.Equal(["src/Gone", "src/Low/Low.csproj", "src/New/New.csproj"],
            ProjectRules.Breaches([new("Low", "", "Fancy"), new("Gone", "")], [low, other])
                .Select(static b => b.File).Order(StringComparer.Ordinal));
    }

    private static ProjectFile Parse(string path, string items) =>
        ProjectFile.Parse(new SourceFile(path, $"<Project><ItemGroup>{items}</ItemGroup></Project>"));
}
