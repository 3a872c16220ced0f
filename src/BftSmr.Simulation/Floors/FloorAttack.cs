namespace BftSmr.Simulation;

/// <summary>One attack, or one load, and how much of their throughput correct clients must keep under it.</summary>
/// <param name="Name">What is done, in a few words.</param>
/// <param name="Apply">Adds the attack to the simulation without it.</param>
public sealed record FloorAttack(string Name, Func<SimulationOptions, SimulationOptions> Apply)
{
    /// <summary>The share of a single attack.</summary>
    public const double Single = 0.7;

    /// <summary>The share where attacks are combined.</summary>
    public const double Combined = 0.5;

    /// <summary>The share of the throughput without the attack that must be kept.</summary>
    public double Floor { get; init; } = Single;

    /// <summary>
    /// What the simulation with the attack and the one without it have in common; null for nothing special.
    /// </summary>
    public Func<SimulationOptions, SimulationOptions>? Setting { get; init; }
}
