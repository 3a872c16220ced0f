using Microsoft.CodeAnalysis;

namespace Tidy.Tests.Sources;

/// <summary>A name in a file, and what it means.</summary>
internal readonly record struct NamedSymbol(string File, int Line, ISymbol Symbol);
