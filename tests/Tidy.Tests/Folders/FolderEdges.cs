using Microsoft.CodeAnalysis;
using Tidy.Tests.Projects;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Folders;

/// <summary>Which folders of a project name types of which others. '.' is the project's own folder.</summary>
internal static class FolderEdges
{
    /// <summary>The first edge between each two files of different folders.</summary>
    public static IReadOnlyList<FolderEdge> Of(Workspace workspace, ProjectFile project)
    {
        HashSet<(string, string)> seen = [];
        List<FolderEdge> edges = [];
        foreach (NamedSymbol name in workspace.Names(project.Name))
        {
            if (OutermostType(name.Symbol) is not { } type || !IsWithin(project, name.File)) continue;
            string[] homes = [.. type.DeclaringSyntaxReferences.Select(static r => r.SyntaxTree.FilePath)];
            if (homes.Length == 0 || !IsWithin(project, homes[0]) || !seen.Add((name.File, homes[0]))) continue;
            string from = FolderOf(project, name.File);
            if (homes.Any(home => FolderOf(project, home) == from)) continue;
            edges.Add(new FolderEdge(from, FolderOf(project, homes[0]), name.File, name.Line, type.Name, homes[0]));
        }
        return edges;
    }

    /// <summary>The folder of a file, from the project.</summary>
    public static string FolderOf(ProjectFile project, string path)
    {
        string? folder = Path.GetDirectoryName(path[(project.Folder.Length + 1)..])?.Replace('\\', '/');
        return string.IsNullOrEmpty(folder) ? "." : folder;
    }

    private static bool IsWithin(ProjectFile project, string path) =>
        path.StartsWith(project.Folder + "/", StringComparison.Ordinal);

    private static INamedTypeSymbol? OutermostType(ISymbol symbol)
    {
        INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is { } outer) type = outer;
        return type?.OriginalDefinition;
    }
}
