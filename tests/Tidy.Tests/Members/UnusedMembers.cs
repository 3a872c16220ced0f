using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tidy.Tests.Projects;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Members;

/// <summary>
/// A member that is not public is named by the products, or by tests alone and then stands in their list. What the
/// language or a serializer uses without a name is left out: constructors, operators, overrides, implementations of
/// interfaces, values of records, what is shown as JSON, members of enumerations, and fields of native structs.
/// </summary>
internal static class UnusedMembers
{
    /// <summary>The list of members that tests alone name.</summary>
    public const string ListName = "tests/Tidy.Tests/Members/named-by-tests-alone.txt";

    private static readonly string[] s_patterns =
        ["GetEnumerator", "MoveNext", "Current", "Dispose", "DisposeAsync", "Deconstruct", "Add", "ToString", "Main"];

    public static IEnumerable<Breach> Breaches(Workspace workspace, IReadOnlySet<string> byTestsAlone)
    {
        ILookup<bool, string> projects = workspace.Projects.Values
            .ToLookup(static p => p.Folder.StartsWith("tests/", StringComparison.Ordinal), static p => p.Name);
        MemberUses products = new(projects[false].SelectMany(project => workspace.Names(project)));
        ISymbol[] unnamed =
            [.. workspace.Products.SelectMany(p => Candidates(workspace, p)).Where(member => !products.Names(member))];
        HashSet<string> texts = [.. unnamed.Select(static member => member.Name)];
        MemberUses tests = new(projects[true].SelectMany(project => workspace.Names(project, texts)));
        HashSet<string> met = [];
        foreach (ISymbol member in unnamed)
        {
            string name = member.ToDisplayString();
            FileLinePositionSpan place = member.Locations[0].GetLineSpan();
            int line = place.StartLinePosition.Line + 1;
            if (!tests.Names(member)) yield return new Breach(place.Path, line, $"nothing names {name}: take it out.");
            else if (met.Add(name) && !byTestsAlone.Contains(name))
            {
                yield return new Breach(place.Path, line,
                    $"tests alone name {name}: take it out, or put it into {ListName}.");
            }
        }
        foreach (string name in byTestsAlone.Except(met))
        {
            yield return new Breach(ListName, 0,
                $"{name} is gone, or no longer named by tests alone: take it out of the list.");
        }
    }

    private static IEnumerable<ISymbol> Candidates(Workspace workspace, ProjectFile project)
    {
        INamedTypeSymbol[] types =
            [.. TypesOf(workspace[project.Name].Assembly.GlobalNamespace).Where(static t => !t.IsImplicitlyDeclared)];
        HashSet<INamedTypeSymbol> shown = ShownAsJson(types);
        foreach (INamedTypeSymbol type in types.Where(t => IsIn(project, t)))
        {
            if (!IsPublic(type) && type.Name != "Program" && type.TypeKind != TypeKind.Delegate) yield return type;
            if (type.TypeKind is TypeKind.Enum or TypeKind.Delegate || shown.Contains(type)) continue;
            foreach (ISymbol member in type.GetMembers().Where(m => IsCandidate(type, m))) yield return member;
        }
    }

    private static bool IsCandidate(INamedTypeSymbol type, ISymbol member)
    {
        if (member.IsImplicitlyDeclared || member.IsOverride || IsPublic(member)) return false;
        if (s_patterns.Contains(member.Name) || member.DeclaringSyntaxReferences.Length == 0) return false;
        if (IsValueOfRecord(type, member) || (member is IFieldSymbol && IsLaidOut(type))) return false;
        if (member is IMethodSymbol method && method.MethodKind != MethodKind.Ordinary) return false;
        if (member is IPropertySymbol { IsIndexer: true } or INamedTypeSymbol) return false;
        return !Implements(type, member);
    }

    private static bool Implements(INamedTypeSymbol type, ISymbol member) =>
        type.AllInterfaces.SelectMany(static i => i.GetMembers(), static (_, m) => m)
            .Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), member))
        || type.TypeKind == TypeKind.Interface && member.IsStatic && member.IsAbstract;

    private static bool IsValueOfRecord(INamedTypeSymbol type, ISymbol member) =>
        type.IsRecord && member is IPropertySymbol
        && member.DeclaringSyntaxReferences[0].GetSyntax() is ParameterSyntax;

    private static bool IsLaidOut(INamedTypeSymbol type) =>
        type.GetAttributes()
            .Any(static a => a.AttributeClass?.Name is "StructLayoutAttribute" or "InlineArrayAttribute");

    private static bool IsPublic(ISymbol symbol)
    {
        for (ISymbol? at = symbol; at is not (null or INamespaceSymbol); at = at.ContainingSymbol)
        {
            if (at.DeclaredAccessibility is not
                (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What a JSON context names, and what the properties of that are.</summary>
    private static HashSet<INamedTypeSymbol> ShownAsJson(IEnumerable<INamedTypeSymbol> types)
    {
        Stack<ITypeSymbol> open = new(types.SelectMany(static t => NamedBy("JsonSerializableAttribute", t)));
        HashSet<INamedTypeSymbol> shown = new(SymbolEqualityComparer.Default);
        while (open.TryPop(out ITypeSymbol? next))
        {
            if (next is IArrayTypeSymbol array) open.Push(array.ElementType);
            if (next is not INamedTypeSymbol named) continue;
            foreach (ITypeSymbol argument in named.TypeArguments) open.Push(argument);
            if (named.DeclaringSyntaxReferences.Length == 0 || !shown.Add(named.OriginalDefinition)) continue;
            foreach (IPropertySymbol property in named.GetMembers().OfType<IPropertySymbol>()) open.Push(property.Type);
            foreach (ITypeSymbol derived in NamedBy("JsonDerivedTypeAttribute", named)) open.Push(derived);
        }
        return shown;
    }

    private static IEnumerable<ITypeSymbol> NamedBy(string attribute, INamedTypeSymbol type) => type.GetAttributes()
        .Where(a => a.AttributeClass?.Name == attribute)
        .Select(static a => (ITypeSymbol)a.ConstructorArguments[0].Value!);

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol parent) =>
        parent.GetMembers().SelectMany(static member => member switch
        {
            INamespaceSymbol space => TypesOf(space),
            INamedTypeSymbol type => [type, .. TypesOf(type)],
            _ => [],
        });

    private static bool IsIn(ProjectFile project, INamedTypeSymbol type) => type.DeclaringSyntaxReferences
        .Any(r => r.SyntaxTree.FilePath.StartsWith(project.Folder + "/", StringComparison.Ordinal));
}
