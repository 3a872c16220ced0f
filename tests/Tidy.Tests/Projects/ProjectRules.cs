using Tidy.Tests.Sources;

namespace Tidy.Tests.Projects;

/// <summary>A project of src/ refers to what its layer allows, and to nothing else.</summary>
internal static class ProjectRules
{
    public static IEnumerable<Breach> Breaches(IReadOnlyList<ProjectLayer> layers, IEnumerable<ProjectFile> projects)
    {
        Dictionary<string, ProjectFile> byName = projects
            .Where(static p => p.Folder.StartsWith("src/", StringComparison.Ordinal))
            .ToDictionary(static p => p.Name, StringComparer.Ordinal);
        foreach (ProjectFile project in byName.Values)
        {
            ProjectLayer? layer = layers.FirstOrDefault(l => l.Project == project.Name);
            if (layer is null)
            {
                yield return new Breach(project.Source.Path, 0,
                    "the project has no layer: give it one in ProjectLayer and in ARCHITECTURE.md.");
                continue;
            }
            IEnumerable<Breach> foreign =
            [
                .. Foreign(project, "project", project.References, layer.Projects),
                .. Foreign(project, "package", project.Packages, layer.Packages),
                .. Foreign(project, "framework", project.Frameworks, layer.Frameworks),
            ];
            foreach (Breach breach in foreign) yield return breach;
        }
        foreach (ProjectLayer layer in layers.Where(l => !byName.ContainsKey(l.Project)))
        {
            yield return new Breach($"src/{layer.Project}", 0,
                "ProjectLayer names a project that does not exist: take it out.");
        }
    }

    private static IEnumerable<Breach> Foreign(
        ProjectFile project, string kind, IReadOnlyList<string> named, string allowed)
    {
        string[] known = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string list = known.Length == 0 ? $"no {kind}" : string.Join(", ", known);
        return
        [
            .. named.Except(known).Select(name => new Breach(project.Source.Path, 0,
                $"the {kind} {name} is not of its layer, which allows {list}: do without it, or change the layer.")),
            .. known.Except(named).Select(name => new Breach(project.Source.Path, 0,
                $"its layer allows the {kind} {name}, which it does not refer to: take it out of ProjectLayer.")),
        ];
    }
}
