using Tidy.Tests.Sources;

namespace Tidy.Tests.Folders;

/// <summary>No folder names one above it, and no two folders name each other, directly or through others.</summary>
internal static class FolderRules
{
    /// <summary>The edges that lead upwards or sideways in a declared order.</summary>
    public static IEnumerable<Breach> Upward(string project, IReadOnlyList<string> order, IEnumerable<FolderEdge> edges)
    {
        Dictionary<string, int> lines = [];
        for (int i = 0; i < order.Count; i++)
        {
            foreach (string folder in order[i].Split(' ')) lines.Add(folder, i);
        }
        foreach (FolderEdge edge in edges)
        {
            if (!lines.TryGetValue(edge.From, out int from))
                yield return new Breach(edge.File, 0, Undeclared(project, edge.From));
            else if (!lines.TryGetValue(edge.To, out int to))
                yield return new Breach(edge.TypeFile, 0, Undeclared(project, edge.To));
            else if (to >= from)
            {
                yield return new Breach(edge.File, edge.Line,
                    $"{edge.From} names {edge.Type} of {edge.To} ({edge.TypeFile}), which is not below it in "
                    + $"{project}: move one of the two files, or pass what is needed as an argument.");
            }
        }
    }

    /// <summary>The folders that a declared order names and that hold nothing.</summary>
    public static IEnumerable<Breach> Empty(string project, IEnumerable<string> order, IReadOnlySet<string> folders) =>
        from folder in order.SelectMany(static line => line.Split(' '))
        where !folders.Contains(folder)
        select new Breach($"src/{project}/{folder}", 0,
            "the order of folders names it, but it holds no file: take it out.");

    /// <summary>One breach for each edge within a circle.</summary>
    public static IEnumerable<Breach> Circles(string project, IReadOnlyList<FolderEdge> edges)
    {
        ILookup<string, string> next = edges.ToLookup(static e => e.From, static e => e.To);
        Dictionary<string, HashSet<string>> reached = next.ToDictionary(static g => g.Key, g => Reached(g.Key, next));
        return from edge in edges
               where reached.TryGetValue(edge.To, out HashSet<string>? back) && back.Contains(edge.From)
               select new Breach(edge.File, edge.Line,
                   $"{edge.From} names {edge.Type} of {edge.To} ({edge.TypeFile}), and {edge.To} names {edge.From} in "
                   + $"turn: open the circle in {project}.");
    }

    /// <summary>The folders that lie on a circle, in order.</summary>
    public static IEnumerable<string> OnCircles(IReadOnlyList<FolderEdge> edges)
    {
        ILookup<string, string> next = edges.ToLookup(static e => e.From, static e => e.To);
        return next.Select(static g => g.Key).Where(folder => Reached(folder, next).Contains(folder))
            .Order(StringComparer.Ordinal);
    }

    private static HashSet<string> Reached(string from, ILookup<string, string> next)
    {
        HashSet<string> reached = [];
        Stack<string> open = new(next[from]);
        while (open.TryPop(out string? folder))
        {
            if (!reached.Add(folder)) continue;
            foreach (string further in next[folder]) open.Push(further);
        }
        return reached;
    }

    private static string Undeclared(string project, string folder) =>
        $"{folder} has no place in the order of {project}: give it one in FolderOrder and in ARCHITECTURE.md.";
}
