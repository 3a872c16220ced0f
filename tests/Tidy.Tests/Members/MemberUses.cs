using Microsoft.CodeAnalysis;
using Tidy.Tests.Projects;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Members;

/// <summary>Who names each member. A declaration is known by its place, which every project sees alike.</summary>
internal sealed class MemberUses
{
    private readonly Dictionary<(string File, int At), Uses> _uses = [];

    public MemberUses(Workspace workspace)
    {
        foreach (ProjectFile project in workspace.Projects.Values)
        {
            Uses kind = project.Folder.StartsWith("tests/", StringComparison.Ordinal) ? Uses.Tests : Uses.Products;
            foreach (NamedSymbol name in workspace.Names(project.Name)) Count(name.Symbol, kind);
        }
    }

    /// <summary>Who names it.</summary>
    public Uses Of(ISymbol member) =>
        Places(member).Aggregate(Uses.None, (uses, place) => uses | _uses.GetValueOrDefault(place));

    private void Count(ISymbol symbol, Uses kind)
    {
        ISymbol named = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol;
        foreach ((string, int) place in Places(named.OriginalDefinition))
            _uses[place] = _uses.GetValueOrDefault(place) | kind;
        // An extension's own class is named by nobody who calls it, and a constructor's name is its type's.
        if (named is IMethodSymbol { IsExtensionMethod: true } or IMethodSymbol { MethodKind: MethodKind.Constructor })
            Count(named.ContainingType, kind);
    }

    private static IEnumerable<(string, int)> Places(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Select(static r => (r.SyntaxTree.FilePath, r.Span.Start));
}
