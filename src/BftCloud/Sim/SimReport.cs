namespace BftCloud.Sim;

/// <summary>What <c>bftcloud sim --json</c> prints of one seed.</summary>
internal sealed record SimReport(
    ulong Seed, long Steps, long Messages, int Operations, int Acknowledged, long Regency,
    IReadOnlyDictionary<string, long> Faults, string TraceHash, string Verdict);

/// <summary>What <c>bftcloud sim --json</c> prints of many seeds.</summary>
internal sealed record SimCampaignReport(
    long Seeds, double Seconds, double SeedsPerHour, double VirtualHours, double Speed, long Steps, long Operations,
    IReadOnlyDictionary<string, long> Faults,
    IReadOnlyList<SimViolation> Violations, string Verdict);

/// <summary>A violation in JSON.</summary>
internal sealed record SimViolation(ulong Seed, string Promise, string Description, double AtSeconds);
