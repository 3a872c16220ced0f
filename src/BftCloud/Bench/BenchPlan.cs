using BftCloud.Common;

namespace BftCloud.Bench;

/// <summary>What to measure.</summary>
internal sealed record BenchPlan
{
    public required int Clients { get; init; }
    public required int RequestBytes { get; init; }
    public required int ReplyBytes { get; init; }

    /// <summary>How long to measure, after the warm-up.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long to run before measuring.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>All sessions over one link per replica, rather than links of their own.</summary>
    public required bool Multiplex { get; init; }

    /// <summary>Unordered reads rather than ordered operations.</summary>
    public required bool Reads { get; init; }
}
