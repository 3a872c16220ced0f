namespace Tidy.Tests.Sources;

/// <summary>A place that breaks a house rule, and the remedy. Lines are counted from 1; 0 is the whole file.</summary>
internal sealed record Breach(string File, int Line, string Message)
{
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}: {Message}";

    /// <summary>Fails the test with every breach, one a line.</summary>
    public static void AssertNone(IEnumerable<Breach> breaches)
    {
        string[] lines = [.. breaches.Select(static b => b.ToString()).Order(StringComparer.Ordinal)];
        if (lines.Length > 0) Assert.Fail($"{lines.Length} breaches of a house rule:\n{string.Join('\n', lines)}");
    }
}
