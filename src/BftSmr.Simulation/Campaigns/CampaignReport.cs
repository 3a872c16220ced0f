using System.Globalization;
using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>How a campaign went.</summary>
public sealed record CampaignReport
{
    /// <summary>Seeds that ran to their end.</summary>
    public required long Seeds { get; init; }

    /// <summary>Events in all of them.</summary>
    public required long Steps { get; init; }

    /// <summary>Operations acknowledged in all of them.</summary>
    public required long Operations { get; init; }

    /// <summary>Virtual time of all of them.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>Real time of the campaign.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Faults injected, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>Rare things that correct replicas did, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Events { get; init; }

    /// <summary>The violations found, by seed.</summary>
    public required IReadOnlyList<Violation> Violations { get; init; }

    /// <summary>
    /// The campaign was cancelled before its last seed was begun; everything else tells of the seeds that ran.
    /// </summary>
    public bool Interrupted { get; init; }

    /// <summary>Seeds in a second of real time.</summary>
    public double SeedsPerSecond => Elapsed > TimeSpan.Zero ? Seeds / Elapsed.TotalSeconds : 0;

    /// <summary>Seeds in an hour of real time.</summary>
    public double SeedsPerHour => 3600 * SeedsPerSecond;

    /// <summary>Virtual time that passed in a unit of real time, on all cores together.</summary>
    public double Speed => Elapsed > TimeSpan.Zero ? VirtualTime / Elapsed : 0;

    /// <summary>No promise was broken.</summary>
    public bool Passed => Violations.Count == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        string verdict = Passed ? "no violation" : $"{Violations.Count} violations, the first: {Violations[0]}";
        return string.Create(CultureInfo.InvariantCulture,
            $"{(Interrupted ? "interrupted after " : "")}{Seeds} seeds in {Elapsed.TotalSeconds:F1} s "
            + $"({SeedsPerHour:N0} an hour), {VirtualTime.TotalHours:F1} h of virtual time ({Speed:N0} times real "
            + $"time), {Operations} operations, {Faults.Values.Sum()} faults: {verdict}");
    }
}
