using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Sizes;

/// <summary>A file has at most 400 lines, and a method fits a screen: 60 lines from its signature to its end.</summary>
internal static class SizeRules
{
    public const int FileLinesMax = 400, MethodLinesMax = 60;

    /// <summary>
    /// Files, and methods as <c>file#method</c>, that are longer and still to be split. What stands here must
    /// really be longer.
    /// </summary>
    public static IReadOnlySet<string> ToSplit { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "src/KvStore/Commands/CommandTable.cs#Run",
    };

    public static IEnumerable<Breach> Breaches(IEnumerable<SyntaxTree> files, IReadOnlySet<string> toSplit)
    {
        HashSet<string> met = [];
        foreach (SyntaxTree file in files)
        {
            int lines = Lines(file, file.GetRoot().FullSpan);
            if (lines > FileLinesMax && met.Add(file.FilePath) && !toSplit.Contains(file.FilePath))
            {
                yield return new Breach(file.FilePath, 0,
                    $"{lines} lines, at most {FileLinesMax}: give its second concern a type of its own.");
            }
            foreach ((SyntaxNode node, string name) in Methods(file))
            {
                int length = Lines(file, node.Span);
                string key = $"{file.FilePath}#{name}";
                if (length <= MethodLinesMax || !met.Add(key) || toSplit.Contains(key)) continue;
                int line = file.GetLineSpan(node.Span).StartLinePosition.Line + 1;
                yield return new Breach(file.FilePath, line,
                    $"{name} has {length} lines, at most {MethodLinesMax}: name its parts.");
            }
        }
        foreach (string key in toSplit.Except(met))
            yield return new Breach(key, 0, "it is within its bound, or gone: take it out of SizeRules.ToSplit.");
    }

    private static IEnumerable<(SyntaxNode Node, string Name)> Methods(SyntaxTree file)
    {
        foreach (SyntaxNode node in file.GetRoot().DescendantNodes())
        {
            string? name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier.Text,
                ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
                PropertyDeclarationSyntax property when IsCode(property) => property.Identifier.Text,
                _ => null,
            };
            if (name is not null) yield return (node, name);
        }
    }

    private static bool IsCode(PropertyDeclarationSyntax property) =>
        property.AccessorList?.Accessors.Any(static a => a.Body is not null) == true;

    private static int Lines(SyntaxTree file, Microsoft.CodeAnalysis.Text.TextSpan span)
    {
        FileLinePositionSpan lines = file.GetLineSpan(span);
        int last = lines.EndLinePosition.Character == 0 ? lines.EndLinePosition.Line : lines.EndLinePosition.Line + 1;
        return last - lines.StartLinePosition.Line;
    }
}
