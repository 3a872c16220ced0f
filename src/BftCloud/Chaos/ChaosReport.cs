using System.Globalization;

namespace BftCloud.Chaos;

/// <summary>How a chaos run went.</summary>
internal sealed record ChaosReport
{
    public required double Seconds { get; init; }
    public required int Operations { get; init; }

    /// <summary>Operations that were answered.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Puts that may or may not have taken effect.</summary>
    public required int Unknown { get; init; }

    /// <summary>Operations that were refused, and had no effect.</summary>
    public required int Failed { get; init; }

    /// <summary>The longest time in which no operation was answered.</summary>
    public required double LongestSilenceSeconds { get; init; }

    /// <summary>What happened to replicas, by kind.</summary>
    public required IReadOnlyDictionary<string, int> Perturbations { get; init; }

    public required int Keys { get; init; }

    /// <summary>Keys whose search was given up at its bound.</summary>
    public required int Undecided { get; init; }

    /// <summary>What was broken; empty if nothing was.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>
    /// It was cancelled before its time was up, or before everything was mended and read once more; what clients saw
    /// until then was checked.
    /// </summary>
    public bool Interrupted { get; init; }

    public bool Passed => Violations.Count == 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Interrupted ? "interrupted after " : "")}{Seconds:F0} s, {Operations:N0} operations: "
        + $"{Acknowledged:N0} answered, {Unknown} unknown, {Failed} refused; "
        + $"longest time without an answer {LongestSilenceSeconds:F1} s; {Keys} keys checked, {Undecided} undecided: "
        + $"{(Passed ? "linearizable, nothing lost" : $"{Violations.Count} violations")}");
}
