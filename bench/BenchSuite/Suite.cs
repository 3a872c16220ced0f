using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace BenchSuite;

/// <summary>The benchmarks of one project: all public methods with <see cref="BenchmarkAttribute"/>.</summary>
public sealed class Suite
{
    private const string ProjectSuffix = ".Bench";

    /// <summary>The benchmarks of an assembly whose name is the measured project's and <c>.Bench</c>.</summary>
    public Suite(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        string name = assembly.GetName().Name!;
        Name = name.EndsWith(ProjectSuffix, StringComparison.Ordinal) ? name[..^ProjectSuffix.Length] : name;
        Classes = [.. assembly.GetExportedTypes().Where(HasBenchmarks).OrderBy(NameOf, StringComparer.Ordinal)];
    }

    /// <summary>The project that is measured.</summary>
    public string Name { get; }

    /// <summary>The classes that hold the benchmarks.</summary>
    public IReadOnlyList<Type> Classes { get; }

    /// <summary>All benchmarks, class by class.</summary>
    public IEnumerable<BenchmarkCase> Benchmarks =>
        Classes.SelectMany(static type => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases);

    /// <summary>Where the baselines of the suite's benchmarks are, next to any program that refers to it.</summary>
    public string BaselineDirectory => Path.Combine(AppContext.BaseDirectory, "baselines", Name);

    /// <summary>A benchmark's name in baselines and in the history: class and method.</summary>
    public static string NameOf(BenchmarkCase benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        return $"{NameOf(benchmark.Descriptor.Type)}.{benchmark.Descriptor.WorkloadMethod.Name}";
    }

    private static string NameOf(Type type) => type.Name;

    private static bool HasBenchmarks(Type type) =>
        type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute)));
}
