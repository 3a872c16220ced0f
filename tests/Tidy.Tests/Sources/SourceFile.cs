using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Tidy.Tests.Sources;

/// <summary>A file of the checkout or of an example: its path from the root, with slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private readonly Lazy<SyntaxTree> _tree =
        new(() => CSharpSyntaxTree.ParseText(SourceText.From(Text), s_parsing, Path));

    public string[] Lines { get; } = Text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The file parsed as C#, once for all compilations that it is part of.</summary>
    public SyntaxTree Tree => _tree.Value;
}
