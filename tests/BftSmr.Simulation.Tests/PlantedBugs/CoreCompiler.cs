using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace BftSmr.Simulation.Tests.PlantedBugs;

/// <summary>
/// Compiles the core of src/BftSmr, or the primitives beneath it, as they are but for one change. What all copies share
/// - parsed files, references, generated code - is made once.
/// </summary>
internal sealed partial class CoreCompiler
{
    /// <summary>The project file adds this to the sources: implicit usings, and the readers of internals.</summary>
    private const string ProjectText = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("BftCloud.Links")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("BftSmr")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("BftSmr.Simulation")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("BftSmr.Simulation.Tests")]
        """;

    /// <summary>
    /// What hosts the core outside of simulations, and the compiler's own output: left out, as it takes half of the
    /// time.
    /// </summary>
    private static readonly string[] s_leftOut =
    [
        "BftSmr/Hosting/", "BftSmr/Storage/StorageLog.cs", "BftSmr/Storage/ReplicaStorage.cs",
        "BftSmr/Configuration/ClusterDirectory.cs", "BftSmr/Configuration/LocalCluster.cs",
    ];

    private static readonly GeneratorLoader s_loader = new();
    private static readonly ConcurrentDictionary<string, Lazy<CoreCompiler>> s_shared = new(StringComparer.Ordinal);

    private readonly CSharpParseOptions _parsing = new(LanguageVersion.Latest);
    private readonly string _root = Metadata("CoreSource");
    private readonly Compilation _unchanged;

    private CoreCompiler(string project)
    {
        IEnumerable<SyntaxTree> files = Directory.EnumerateFiles(
            Path.Combine(_root, project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_root, path).Replace('\\', '/'))
            .Where(static path => !IsLeftOut(path))
            .Order(StringComparer.Ordinal)
            .Select(path => Parse(File.ReadAllText(Path.Combine(_root, path)), path));
        IEnumerable<MetadataReference> references = (
            (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || (name == "BftCloud.Primitives.dll" && project != "BftCloud.Primitives")
                || name is "MessagePack.dll" or "NSec.Cryptography.dll" or "netstandard.dll" or "mscorlib.dll"
                    or "Microsoft.Win32.Primitives.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            project, files.Append(Parse(ProjectText, "project.cs")), references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable, deterministic: true));
        CSharpGeneratorDriver.Create(
            Generators(), parseOptions: _parsing).RunGeneratorsAndUpdateCompilation(compilation, out _unchanged, out _);
    }

    /// <summary>The assembly that holds the bug's file, with that bug.</summary>
    /// <exception cref="InvalidOperationException">The text to change is not there, or is there twice, or the result
    /// does not compile.</exception>
    public static byte[] Compile(PlantedBug bug) => s_shared
        .GetOrAdd(
            bug.Project, static project => new Lazy<CoreCompiler>(() => new CoreCompiler(project))).Value.Plant(bug);

    private byte[] Plant(PlantedBug bug)
    {
        SyntaxTree original = _unchanged.SyntaxTrees.SingleOrDefault(t => t.FilePath == bug.File)
            ?? throw new InvalidOperationException($"'{bug.Name}': there is no {bug.File} in the core any more.");
        string text = original.ToString();
        Match[] places = [.. Pattern(bug.Find).Matches(text).Take(2)];
        if (places.Length == 0)
            throw new InvalidOperationException(
                $"'{bug.Name}': {bug.File} does not hold this text any more; plant the bug anew: {bug.Find}");
        if (places.Length > 1)
            throw new InvalidOperationException($"'{bug.Name}': {bug.File} holds this text twice: {bug.Find}");
        string buggy = string.Concat(
            text.AsSpan(0, places[0].Index), bug.Replace, text.AsSpan(places[0].Index + places[0].Length));
        Compilation changed = _unchanged.ReplaceSyntaxTree(original, Parse(buggy, bug.File));
        using MemoryStream output = new();
        EmitResult result = changed.Emit(output);
        if (result.Success) return output.ToArray();
        IEnumerable<Diagnostic> errors = result.Diagnostics.Where(
            static d => d.Severity == DiagnosticSeverity.Error).Take(3);
        throw new InvalidOperationException($"'{bug.Name}' does not compile: {string.Join("; ", errors)}");
    }

    /// <summary>The text, wherever its lines are broken.</summary>
    private static Regex Pattern(string find) =>
        new(
            string.Join(@"\s*", Tokens().Matches(find).Select(static token => Regex.Escape(token.Value))),
            RegexOptions.CultureInvariant);

    [GeneratedRegex(@"\w+|[^\w\s]")]
    private static partial Regex Tokens();

    private static bool IsLeftOut(string path) =>
        s_leftOut.Any(part => path.StartsWith(part, StringComparison.Ordinal))
        || path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)
        || Path.GetDirectoryName(path)!.Replace('\\', '/') == "BftSmr/Client";

    private SyntaxTree Parse(string text, string path) =>
        CSharpSyntaxTree.ParseText(SourceText.From(text, System.Text.Encoding.UTF8), _parsing, path);

    /// <summary>The generator of the calls into libsodium comes with the framework's reference assemblies.</summary>
    private static ImmutableArray<ISourceGenerator> Generators()
    {
        string newest = Directory.EnumerateDirectories(
            Path.Combine(Metadata("TargetingPacks"), "Microsoft.NETCore.App.Ref"), "10.*")
            .OrderBy(static d => Version.Parse(Path.GetFileName(d).Split('-')[0])).Last();
        return new AnalyzerFileReference(
            Path.Combine(newest, "analyzers/dotnet/cs/Microsoft.Interop.LibraryImportGenerator.dll"),
            s_loader).GetGenerators(LanguageNames.CSharp);
    }

    private static string Metadata(string key) =>
        typeof(CoreCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private sealed class GeneratorLoader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath) { }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
