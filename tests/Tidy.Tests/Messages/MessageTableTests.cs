using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Messages;

/// <summary>The specification of the wire names every message and log record.</summary>
public class MessageTableTests
{
    private const string Example = "namespace Example; enum MessageType { StopData = 7, Wanted = 71 }";

    [Fact]
    public void Messages_and_rows_are_the_same() =>
        Breach.AssertNone(MessageTable.Breaches(
            Enumeration(Checkout.Workspace, "BftSmr"), Checkout.File("docs/spec/wire.md")));

    [Theory]
    [InlineData("| 7 | STOP-DATA | x |\n| 71 | wanted | y |\n", 0)]
    [InlineData("| 7 | STOPDATA | x |\n", 1)]
    [InlineData("| 7 | STOPDATA | x |\n| 71 | wanted | y |\n| 72 | new | z |\n", 1)]
    [InlineData("| 7 | STOPDATA | x |\n| 70 | wanted | y |\n", 2)]
    [InlineData("| 7 | STOPDATA | x |\n| 7 | STOPDATA | x |\n| 71 | wanted | y |\n", 1)]
    public void A_difference_is_found(string rows, int breaches) =>
        Assert.Equal(breaches, MessageTable.Breaches(
            Enumeration(Examples.Project(("MessageType.cs", Example)), "Example"), new("docs/wire.md", rows)).Count());

    private static INamedTypeSymbol Enumeration(Workspace workspace, string project) =>
        (INamedTypeSymbol)Assert.Single(workspace[project].GetSymbolsWithName("MessageType", SymbolFilter.Type));
}
