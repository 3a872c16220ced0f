using Tidy.Tests.Sources;

namespace Tidy.Tests.Places;

/// <summary>
/// Tests mirror src/: where a product has X.cs, XTests.cs lies in the test project of that product, in the folder that
/// X.cs has there.
/// </summary>
internal static class PlaceRules
{
    /// <summary>Files whose names mean something else than the type of that name, with what they mean.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } = new Dictionary<string, string>
    {
        ["tests/BftCloud.Tests/Configuration/ClusterConfigurationTests.cs"] = "a cluster with a service of its own",
        ["tests/BftCloud.Tests/Guides/PageTests.cs"] = "pages of documentation",
        ["tests/BftSmr.Tests/Client/Core/SessionTests.cs"] = "sessions as a client's core opens them",
        ["tests/BftSmr.Tests/Storage/LogDamageTests.cs"] = "damage to a log that a replica reads",
        ["tests/DepSky.Tests/Protocol/ExplorationTests.cs"] = "exploration of DepSky's cores",
    };

    /// <param name="paths">The files of the checkout.</param>
    /// <param name="elsewhere">Files that may lie where they are, with the reason.</param>
    public static IEnumerable<Breach> Breaches(
        IReadOnlyCollection<string> paths, IReadOnlyDictionary<string, string> elsewhere)
    {
        string[] tests = [.. paths.Where(static p => p.StartsWith("tests/", StringComparison.Ordinal))];
        HashSet<string> tested = [.. tests.Select(Project)];
        ILookup<string, string> rights = paths
            .Where(p => p.StartsWith("src/", StringComparison.Ordinal) && tested.Contains(Project(p) + ".Tests"))
            .ToLookup(static p => Path.GetFileNameWithoutExtension(p), TestOf, StringComparer.Ordinal);
        HashSet<string> met = [];
        foreach (string test in tests)
        {
            string name = Path.GetFileNameWithoutExtension(test);
            if (!name.EndsWith("Tests", StringComparison.Ordinal)) continue;
            string[] right = [.. rights[name[..^"Tests".Length]]];
            if (right.Length == 0 || right.Contains(test)) continue;
            string places = string.Join(" or ", right);
            if (elsewhere.ContainsKey(test)) met.Add(test);
            else yield return new Breach(test, 0, $"move it to {places}, where src/ has its subject.");
        }
        foreach (string file in elsewhere.Keys.Except(met))
            yield return new Breach(file, 0, "PlaceRules allows it to lie elsewhere, and need not: take it out there.");
    }

    private static string Project(string path) => path.Split('/')[1];

    private static string TestOf(string source)
    {
        string[] parts = source.Split('/');
        parts[0] = "tests";
        parts[1] += ".Tests";
        parts[^1] = Path.GetFileNameWithoutExtension(parts[^1]) + "Tests.cs";
        return string.Join('/', parts);
    }
}
