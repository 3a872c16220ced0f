using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>How correct clients fared under one attack, in the worst of the seeds that were played.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Seed">The seed in which they kept least, or waited longest.</param>
public sealed record FloorRow(FloorAttack Attack, ulong Seed)
{
    /// <summary>The longest wait for any one operation that is allowed, microseconds.</summary>
    public const long WaitMaxMicros = 2_000_000;

    /// <summary>Share of the throughput in the same seed without the attack.</summary>
    public required double Share { get; init; }

    /// <summary>The longest wait for any one operation, microseconds.</summary>
    public required long LongestWaitMicros { get; init; }

    /// <summary>Changes of leader.</summary>
    public required long LeaderChanges { get; init; }

    /// <summary>A promise that was broken; null if none was.</summary>
    public required Violation? Violation { get; init; }

    /// <summary>Whether the floor holds.</summary>
    public bool Holds => Violation is null && Share >= Attack.Floor && LongestWaitMicros <= WaitMaxMicros;

    /// <summary>How far from its floor: the lower, the worse. Below 1 the floor does not hold.</summary>
    internal double Margin => Violation is not null
        ? 0
        : Math.Min(Share / Attack.Floor, WaitMaxMicros / (double)Math.Max(1, LongestWaitMicros));
}
