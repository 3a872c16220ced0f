using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tidy.Tests.Prose;

/// <summary>Words in code that a person reads: of a comment, or of a text such as an error message.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">The words, as they are written.</param>
internal readonly record struct CodeProse(int Line, string Text)
{
    /// <summary>All of a file: comments of any kind, and literal texts without the values put into them.</summary>
    public static IEnumerable<CodeProse> Of(SyntaxTree tree)
    {
        SyntaxNode root = tree.GetRoot();
        IEnumerable<Location> texts = root.DescendantTokens(descendIntoTrivia: true)
            .Where(static token => token.Kind() is SyntaxKind.XmlTextLiteralToken or SyntaxKind.StringLiteralToken
                or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken)
            .Select(static token => token.GetLocation());
        IEnumerable<Location> comments = root.DescendantTrivia(descendIntoTrivia: true)
            .Where(static trivia =>
                trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia)
            .Select(static trivia => trivia.GetLocation());
        string all = root.ToFullString();
        return texts.Concat(comments).Select(place => new CodeProse(
            place.GetLineSpan().StartLinePosition.Line + 1,
            all.Substring(place.SourceSpan.Start, place.SourceSpan.Length)));
    }
}
