using System.CommandLine;
using System.Text.RegularExpressions;
using BftCloud.Features;

namespace BftCloud.Tests;

/// <summary>A feature is one folder and one line: nothing else in the program names it.</summary>
public sealed class FeatureListTests
{
    private static readonly string s_program = Checkout.At("src", "BftCloud");
    private static readonly string s_features = Path.Combine(s_program, "Features");

    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(s_features).Select(static folder => Path.GetFileName(folder))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Outside_its_folder_only_its_line_in_the_list_names_a_feature(string folder)
    {
        // Its types and namespace, in any way they are written; Counter<T> of the runtime is none of them.
        Regex name = new($@"\b{folder}(?=[A-Z]\w)|\bFeatures\.{folder}\b|^using {folder}\b");

        string line = Assert.Single(LinesOutside(folder), line => name.IsMatch(line));

        Assert.Equal($"src/BftCloud/FeatureList.cs: Features.{folder}.{folder}Feature.Value,", line);
    }

    [Fact]
    public void Outside_its_folder_nothing_spells_a_features_name()
    {
        foreach (Feature feature in FeatureList.All)
        {
            // Prometheus has a type of metric that is called as one of the services is.
            string[] named =
            [
                .. LinesOutside("*").Where(line => line.Contains($"\"{feature.Name}\"", StringComparison.Ordinal))
                    .Where(static line => !line.StartsWith("src/BftCloud/Monitoring/", StringComparison.Ordinal)),
            ];
            Assert.Empty(named);
        }
    }

    [Fact]
    public void What_features_bring_is_in_the_commands_in_the_order_of_the_list()
    {
        RootCommand root = BftCloudCommand.Create(FeatureList.All);

        Assert.Equal(
            FeatureList.All.Where(static feature => feature.Verbs is not null).Select(static feature => feature.Name),
            Names(root).Intersect(FeatureList.All.Select(static feature => feature.Name)));
        Assert.Equal(
            FeatureList.All.OfType<ServiceFeature>().SelectMany(static service => service.Benchmarks)
                .Select(static workload => workload.Name),
            Names(Below(root, "bench")).TakeWhile(static name => name != "machine"));
    }

    [Fact]
    public void No_two_features_have_a_name_in_common() => Assert.Equal(
        FeatureList.All.Count, FeatureList.All.Select(static feature => feature.Name).Distinct().Count());

    private static IEnumerable<string> Names(Command command) => command.Subcommands.Select(static below => below.Name);

    private static Command Below(Command command, string name) =>
        command.Subcommands.Single(below => below.Name == name);

    /// <summary>The lines of the program's sources outside of a feature's folder, or of all of them.</summary>
    private static IEnumerable<string> LinesOutside(string folder)
    {
        string excluded = (folder == "*" ? s_features : Path.Combine(s_features, folder)) + Path.DirectorySeparatorChar;
        foreach (string file in Directory.EnumerateFiles(s_program, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(s_program, file);
            if (path.Split(Path.DirectorySeparatorChar)[0] is "obj" or "bin") continue;
            if (file.StartsWith(excluded, StringComparison.Ordinal)) continue;
            foreach (string line in File.ReadLines(file)) yield return $"src/BftCloud/{path}: {line.Trim()}";
        }
    }
}
