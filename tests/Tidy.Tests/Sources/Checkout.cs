using System.Reflection;

namespace Tidy.Tests.Sources;

/// <summary>The files of the checkout that the tests were built from, without what a build writes.</summary>
internal static class Checkout
{
    private static readonly string[] s_code = ["src", "tests", "bench", "examples"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> s_sources = new(static () => Read(s_code, "*.cs"));
    private static readonly Lazy<IReadOnlyList<SourceFile>> s_projects = new(static () => Read(s_code, "*.csproj"));
    private static readonly Lazy<IReadOnlyList<SourceFile>> s_pages = new(ReadPages);

    private static readonly Lazy<Workspace> s_workspace = new(static () => new Workspace(Projects, Sources));

    /// <summary>The absolute path of the checkout.</summary>
    public static string Root { get; } = Path.GetFullPath(typeof(Checkout).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Checkout").Value!);

    /// <summary>All C# files.</summary>
    public static IReadOnlyList<SourceFile> Sources => s_sources.Value;

    /// <summary>All project files.</summary>
    public static IReadOnlyList<SourceFile> Projects => s_projects.Value;

    /// <summary>All pages of documentation.</summary>
    public static IReadOnlyList<SourceFile> Pages => s_pages.Value;

    /// <summary>All projects, compiled once for every test.</summary>
    public static Workspace Workspace => s_workspace.Value;

    /// <summary>One file, by its path from the root.</summary>
    public static SourceFile File(string path) => Read(Path.Combine(Root, path));

    private static SourceFile[] ReadPages() =>
        [.. Directory.EnumerateFiles(Root, "*.md").Select(Read), .. Read([.. s_code, "docs"], "*.md")];

    private static SourceFile[] Read(IReadOnlyList<string> folders, string pattern) =>
    [
        .. folders.Select(static folder => Path.Combine(Root, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(static path => !IsOutput(path))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    private static bool IsOutput(string path) =>
        Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar)
            .Any(static part => part is "bin" or "obj" or "node_modules");

    private static SourceFile Read(string path) =>
        new(Path.GetRelativePath(Root, path).Replace('\\', '/'), System.IO.File.ReadAllText(path));
}
