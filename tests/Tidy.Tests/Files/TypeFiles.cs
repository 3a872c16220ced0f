using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Files;

/// <summary>
/// A file is named as its first concern, a type. Beside it there may be the family: records, enumerations, interfaces,
/// delegates, what derives from a type of the file, and JSON contexts. Another class or struct has a file of its own.
/// </summary>
internal static class TypeFiles
{
    public static IEnumerable<Breach> Breaches(IEnumerable<SyntaxTree> files)
    {
        foreach (SyntaxTree file in files)
        {
            MemberDeclarationSyntax[] types = [.. Types(file.GetRoot())];
            if (types.Length == 0) continue;
            string name = Path.GetFileNameWithoutExtension(file.FilePath).Split('.', '{')[0];
            string[] names = [.. types.Select(NameOf)];
            if (!names.Contains(name))
            {
                yield return new Breach(file.FilePath, 0,
                    $"it holds {string.Join(", ", names)} but no {name}: rename the file.");
            }
            foreach (MemberDeclarationSyntax type in types.Where(t => NameOf(t) != name && !IsFamily(t, names)))
            {
                int line = file.GetLineSpan(type.Span).StartLinePosition.Line + 1;
                yield return new Breach(file.FilePath, line,
                    $"{NameOf(type)} is a second concern: give it a file of its own.");
            }
        }
    }

    private static IEnumerable<MemberDeclarationSyntax> Types(SyntaxNode root) =>
        root.DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(static node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax d ? d.Identifier.Text : ((BaseTypeDeclarationSyntax)type).Identifier.Text;

    private static bool IsFamily(MemberDeclarationSyntax type, string[] names) => type switch
    {
        ClassDeclarationSyntax or StructDeclarationSyntax => ((TypeDeclarationSyntax)type).BaseList?.Types
            .Any(b => b.Type.ToString() is "JsonSerializerContext" || names.Contains(b.Type.ToString())) == true,
        _ => true,
    };
}
