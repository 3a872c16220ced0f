using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Members;

/// <summary>Which members are named. A declaration is known by its place, which every project sees alike.</summary>
internal sealed class MemberUses
{
    private readonly HashSet<(string File, int At)> _named = [];

    public MemberUses(IEnumerable<NamedSymbol> names)
    {
        foreach (NamedSymbol name in names) Count(name.Symbol);
    }

    /// <summary>Whether something names it.</summary>
    public bool Names(ISymbol member) => Places(member).Any(_named.Contains);

    private void Count(ISymbol symbol)
    {
        ISymbol named = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol;
        _named.UnionWith(Places(named.OriginalDefinition));
        // An extension's own class is named by nobody who calls it, and a constructor's name is its type's.
        if (named is IMethodSymbol { IsExtensionMethod: true } or IMethodSymbol { MethodKind: MethodKind.Constructor })
            Count(named.ContainingType);
    }

    private static IEnumerable<(string, int)> Places(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Select(static r => (r.SyntaxTree.FilePath, r.Span.Start));
}
