using System.Reflection;
using System.Runtime.Loader;
using Memcache.Tests.Server.Protocol;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Memcache.Tests.PlantedBugs;

/// <summary>The store and the sessions compiled with one bug, and copies of the runs on them.</summary>
internal sealed class BuggyServer : AssemblyLoadContext
{
    private const string ProjectText = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Memcache.Tests")]
        """;

    private static readonly string s_root = Checkout.At("src", "Memcache", "Server");
    private static readonly string[] s_folders = ["Store", "Protocol"];

    private readonly Assembly _buggy;
    private readonly Func<string, int, string?> _play;

    public BuggyServer(PlantedBug bug)
        : base(isCollectible: true)
    {
        _buggy = LoadFromStream(new MemoryStream(Compile(bug)));
        Assembly runs = LoadFromAssemblyPath(typeof(SessionRuns).Assembly.Location);
        _play = runs.GetType(typeof(SessionRuns).FullName!, throwOnError: true)!
            .GetMethod(nameof(SessionRuns.Play))!.CreateDelegate<Func<string, int, string?>>();
    }

    /// <summary>The promise that a run on the copy breaks, or null.</summary>
    public string? Play(string run, int seed) => _play(run, seed);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == "Memcache" ? _buggy : null;

    private static byte[] Compile(PlantedBug bug)
    {
        CSharpParseOptions parsing = new(LanguageVersion.Latest);
        string changed = Path.Combine(s_root, bug.File);
        IEnumerable<SyntaxTree> files = s_folders
            .SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(s_root, folder), "*.cs"))
            .Select(path => CSharpSyntaxTree.ParseText(
                path == changed ? Plant(bug, File.ReadAllText(path)) : File.ReadAllText(path), parsing, path));
        IEnumerable<MetadataReference> references = (
            (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name
                && (name.StartsWith("System", StringComparison.Ordinal) || name is "BftCloud.Primitives.dll"
                    or "netstandard.dll" or "mscorlib.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Memcache", files.Append(CSharpSyntaxTree.ParseText(ProjectText, parsing)), references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream output = new();
        EmitResult result = compilation.Emit(output);
        Assert.True(result.Success, $"'{bug.Name}' does not compile: "
            + string.Join("; ", result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error).Take(3)));
        return output.ToArray();
    }

    private static string Plant(PlantedBug bug, string text)
    {
        string[] parts = text.Split(bug.Find);
        Assert.True(parts.Length == 2, $"'{bug.Name}': {bug.File} must hold this text once: {bug.Find}");
        return string.Join(bug.Replace, parts);
    }
}
