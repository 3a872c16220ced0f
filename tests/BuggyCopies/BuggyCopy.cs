using System.Reflection;
using System.Runtime.Loader;
using BftCloud.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace BuggyCopies;

/// <summary>Folders of a project compiled with one bug, and copies of a test project's runs on them.</summary>
internal sealed class BuggyCopy : AssemblyLoadContext
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;

        """;

    private readonly string _root;
    private readonly Assembly _buggy;
    private readonly Func<string, int, string?> _play;

    /// <param name="bug">What is wrong.</param>
    /// <param name="root">The folder that file names begin in.</param>
    /// <param name="folders">The folders below it that are compiled.</param>
    /// <param name="assembly">The project's name.</param>
    /// <param name="runs">The class of runs: it has a static method Play, from run and seed to the broken promise or
    /// null.</param>
    public BuggyCopy(PlantedBug bug, string root, IReadOnlyList<string> folders, string assembly, Type runs)
        : base(isCollectible: true)
    {
        _root = root;
        _buggy = LoadFromStream(new MemoryStream(Compile(bug, folders, assembly, runs.Assembly.GetName().Name!)));
        _play = LoadFromAssemblyPath(runs.Assembly.Location).GetType(runs.FullName!, throwOnError: true)!
            .GetMethod("Play")!.CreateDelegate<Func<string, int, string?>>();
    }

    /// <summary>The promise that a run on the copy breaks, or null.</summary>
    public string? Play(string run, int seed) => _play(run, seed);

    /// <summary>Fails unless a run on the copy breaks a promise that it keeps without the bug.</summary>
    public void AssertCaught(PlantedBug bug, Func<string, int, string?> play)
    {
        string? caught = null;
        int seed = 0;
        while (caught is null && seed < bug.SeedsMax) caught = Play(bug.Run, ++seed);
        Assert.True(caught is not null, $"'{bug.Name}' is not caught by {bug.SeedsMax} seeds of '{bug.Run}'.");
        Assert.Null(play(bug.Run, seed)); // or the catch would prove nothing
        Unload();
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == _buggy.GetName().Name ? _buggy : null;

    private byte[] Compile(PlantedBug bug, IReadOnlyList<string> folders, string assembly, string tests)
    {
        CSharpParseOptions parsing = new(LanguageVersion.Latest);
        string changed = Path.Combine(_root, bug.File);
        IEnumerable<SyntaxTree> files = folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(_root, folder), "*.cs"))
            .Select(path => CSharpSyntaxTree.ParseText(
                path == changed ? Plant(bug, File.ReadAllText(path)) : File.ReadAllText(path), parsing, path));
        string own = Usings + $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{tests}\")]";
        IEnumerable<MetadataReference> references = (
            (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name
                && (name.StartsWith("System", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
                    || name is "BftCloud.Primitives.dll" or "Microsoft.Win32.Primitives.dll"
                        or "netstandard.dll" or "mscorlib.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            assembly, files.Append(CSharpSyntaxTree.ParseText(own, parsing)), references,
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
