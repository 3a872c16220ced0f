using System.Globalization;
using BftCloud.Simulation;
using BftSmr.Simulation.Campaigns;
using BftSmr.Simulation.StateSpace;

namespace BftSmr.Simulation;

/// <summary>
/// Exhaustive exploration of the real core at the smallest scale: four replicas, one of them Byzantine, one instance,
/// one change of regency.
/// </summary>
public static class Exploration
{
    /// <summary>Explores until everything is seen, or a bound is reached, or agreement is broken.</summary>
    /// <param name="options">The bounds.</param>
    /// <param name="cancellation">Ends the exploration early; the report tells what was seen until then.</param>
    public static ExplorationReport Run(ExplorationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Explorer.Run(options, cancellation);
    }
}

/// <summary>Where an exploration ends.</summary>
public sealed record ExplorationOptions
{
    /// <summary>Distinct states of each strategy of the Byzantine leader, at most.</summary>
    public int StatesMax { get; init; } = 100_000;

    /// <summary>
    /// Whether replicas may lose patience, and the leader change. Without, there are far fewer states.
    /// </summary>
    public bool ChangesLeader { get; init; } = true;

    /// <summary>Strategies, at most; the most two-faced come first.</summary>
    public int StrategiesMax { get; init; } = int.MaxValue;

    /// <summary>Real time, at most.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>What an exploration has seen.</summary>
public sealed record ExplorationReport
{
    /// <summary>Distinct states.</summary>
    public required long States { get; init; }

    /// <summary>Steps from one state to another that were tried.</summary>
    public required long Transitions { get; init; }

    /// <summary>
    /// Under every strategy, all states so many steps from the beginning were entered; or all that there are, which are
    /// no more steps away.
    /// </summary>
    public required int Depth { get; init; }

    /// <summary>Strategies of the Byzantine leader that were explored.</summary>
    public required int Strategies { get; init; }

    /// <summary>Those of them of which there is nothing more to see.</summary>
    public required int Complete { get; init; }

    /// <summary>Real time.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What was broken; null if nothing was.</summary>
    public required string? Violation { get; init; }

    /// <summary>How it came to that, step by step.</summary>
    public required IReadOnlyList<string> Story { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Strategies} strategies, {Complete} of them to the end: {States:N0} distinct states, "
        + $"{Transitions:N0} transitions, depth {Depth}, {Elapsed.TotalSeconds:F1} s: {Violation ?? "no violation"}");
}
