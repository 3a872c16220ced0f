namespace BftCloud.Sim;

/// <summary>The floor table for programs.</summary>
internal sealed record FloorReport(IReadOnlyList<FloorReportRow> Attacks, string Verdict);

/// <summary>How correct clients fared under one attack, in the worst seed.</summary>
internal sealed record FloorReportRow(
    string Attack, ulong Seed, double Kept, double Floor, double LongestWaitSeconds, long LeaderChanges,
    string? Violation, string Verdict);
