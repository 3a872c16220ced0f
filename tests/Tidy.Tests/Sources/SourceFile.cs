namespace Tidy.Tests.Sources;

/// <summary>A file of the checkout or of an example: its path from the root, with slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.ReplaceLineEndings("\n").Split('\n');
}
