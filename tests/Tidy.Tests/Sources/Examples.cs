namespace Tidy.Tests.Sources;

/// <summary>Small checkouts that break a rule.</summary>
internal static class Examples
{
    /// <summary>A project in src/Example with these files.</summary>
    public static Workspace Project(params (string Path, string Text)[] files) =>
        new([new SourceFile("src/Example/Example.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />")],
            files.Select(static f => new SourceFile("src/Example/" + f.Path, f.Text)));
}
