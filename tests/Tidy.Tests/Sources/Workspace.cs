using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tidy.Tests.Projects;

namespace Tidy.Tests.Sources;

/// <summary>
/// Projects compiled from their sources, each against the sources of those it refers to, so that a name is resolved as
/// the compiler resolves it. Generated code is left out: partial members lack their other half, and nothing else.
/// </summary>
internal sealed class Workspace
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly Lazy<MetadataReference[]> s_assemblies = new(static () =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) != "Tidy.Tests.dll")
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ]);

    private readonly Dictionary<string, CSharpCompilation> _compilations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<NamedSymbol[]>> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProjectFile> _projects;
    private readonly ILookup<string, SyntaxTree> _trees;

    public Workspace(IEnumerable<SourceFile> projects, IEnumerable<SourceFile> sources)
    {
        _projects = projects.Select(ProjectFile.Parse).ToDictionary(static p => p.Name, StringComparer.Ordinal);
        ProjectFile[] byDepth = [.. _projects.Values.OrderByDescending(static p => p.Folder.Length)];
        _trees = sources.AsParallel().AsOrdered().Select(static s => s.Tree)
            .ToLookup(tree => byDepth.FirstOrDefault(p => IsWithin(tree, p))?.Name ?? "", StringComparer.Ordinal);
        foreach (string project in _projects.Keys) Compile(project);
    }

    /// <summary>The projects, by name.</summary>
    public IReadOnlyDictionary<string, ProjectFile> Projects => _projects;

    /// <summary>The compilation of a project.</summary>
    public CSharpCompilation this[string project] => _compilations[project];

    /// <summary>The projects of src/, by name.</summary>
    public IEnumerable<ProjectFile> Products => _projects.Values
        .Where(static p => p.Folder.StartsWith("src/", StringComparison.Ordinal))
        .OrderBy(static p => p.Name, StringComparer.Ordinal);

    /// <summary>The files of a project, without those linked from elsewhere.</summary>
    public IEnumerable<SyntaxTree> Files(string project) => _trees[project];

    /// <summary>Every name in the code of a project that means a type or a member, in order. Made once.</summary>
    public IReadOnlyList<NamedSymbol> Names(string project) =>
        _names.GetOrAdd(project, name => new Lazy<NamedSymbol[]>(() => Resolve(_compilations[name], of: null))).Value;

    /// <summary>The names of a project that are written like one of these: quicker than all.</summary>
    public IReadOnlyList<NamedSymbol> Names(string project, IReadOnlySet<string> of) =>
        Resolve(_compilations[project], of);

    /// <summary>
    /// What the compiler refuses in one file. Code that uses generated members is refused for their lack.
    /// </summary>
    public IEnumerable<Diagnostic> Errors(string path)
    {
        (CSharpCompilation compilation, SyntaxTree file) = (
            from c in _compilations.Values
            from tree in c.SyntaxTrees
            where tree.FilePath == path
            select (c, tree)).First();
        return compilation.GetSemanticModel(file).GetDiagnostics()
            .Where(static d => d.Severity == DiagnosticSeverity.Error);
    }

    private static NamedSymbol[] Resolve(CSharpCompilation compilation, IReadOnlySet<string>? of) =>
        [.. compilation.SyntaxTrees.AsParallel().AsOrdered().SelectMany(tree => Resolve(compilation, tree, of))];

    private static List<NamedSymbol> Resolve(CSharpCompilation compilation, SyntaxTree tree, IReadOnlySet<string>? of)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        List<NamedSymbol> names = [];
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (of?.Contains(name.Identifier.ValueText) == false) continue;
            SymbolInfo info = model.GetSymbolInfo(name);
            // A call that does not bind, for lack of generated code, still names what it may mean.
            foreach (ISymbol symbol in info.Symbol is { } one ? [one] : info.CandidateSymbols)
            {
                if (symbol is not (ITypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol))
                    continue;
                int line = tree.GetLineSpan(name.Span).StartLinePosition.Line + 1;
                names.Add(new NamedSymbol(tree.FilePath, line, symbol));
            }
        }
        return names;
    }

    private CSharpCompilation Compile(string name)
    {
        if (_compilations.TryGetValue(name, out CSharpCompilation? done)) return done;
        ProjectFile project = _projects[name];
        IEnumerable<string> usings = project.Usings.Select(static u => $"global using {u};");
        IEnumerable<string> friends = project.Friends
            .Select(static f => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{f}\")]");
        string added = string.Join('\n', [ImplicitUsings, .. usings, .. friends]);
        IEnumerable<SyntaxTree> linked = _trees[""].Where(t => project.Linked.Any(l => IsLinked(t.FilePath, l)));
        CSharpCompilation compilation = CSharpCompilation.Create(name,
            [.. _trees[name], .. linked, new SourceFile($"{project.Folder}/obj/project.cs", added).Tree],
            [.. s_assemblies.Value, .. Below(project).Select(p => Compile(p).ToMetadataReference())],
            new CSharpCompilationOptions(
                _trees[name].Any(IsProgram) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        _compilations.Add(name, compilation);
        return compilation;
    }

    private HashSet<string> Below(ProjectFile project)
    {
        HashSet<string> below = [];
        foreach (string name in project.References.Where(_projects.ContainsKey))
        {
            below.Add(name);
            below.UnionWith(Below(_projects[name]));
        }
        return below;
    }

    private static bool IsProgram(SyntaxTree tree) =>
        tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any();

    private static bool IsWithin(SyntaxTree tree, ProjectFile project) =>
        tree.FilePath.StartsWith(project.Folder + "/", StringComparison.Ordinal);

    private static bool IsLinked(string path, string pattern) =>
        Path.GetDirectoryName(pattern) == Path.GetDirectoryName(path)
        && (Path.GetFileName(pattern) == "*.cs" || pattern == path);
}
