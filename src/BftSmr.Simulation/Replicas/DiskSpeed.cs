namespace BftSmr.Simulation;

/// <summary>How long a simulated disk takes, microseconds.</summary>
/// <param name="FlushMinMicros">The quickest flush.</param>
/// <param name="FlushMaxMicros">The slowest flush.</param>
public sealed record DiskSpeed(long FlushMinMicros, long FlushMaxMicros)
{
    /// <summary>A solid-state disk on a good day.</summary>
    public static DiskSpeed Quick { get; } = new(30, 300);
}
