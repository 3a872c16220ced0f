namespace BftSmr.Simulation;

/// <summary>
/// Load that does not end after so many operations: clients go on through the first phase and into the second, and what
/// they get is measured.
/// </summary>
public sealed record SteadyLoad
{
    /// <summary>Pause of a client between two operations, on average, microseconds.</summary>
    public long ThinkMicros { get; init; }

    /// <summary>How long clients go on after all faults are mended, microseconds.</summary>
    public long HealedMicros { get; init; }

    /// <summary>When measuring begins, microseconds since the start. It ends with the first phase.</summary>
    public long MeasuredFromMicros { get; init; }
}
