using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Scenarios;

/// <summary>
/// A situation that broke other systems, or a kind of trouble, as simulations of it: one for each seed.
/// </summary>
/// <param name="Id">B1 to B28, or a name.</param>
/// <param name="Holds">What happens, and what must hold.</param>
/// <param name="Options">The simulation of a seed.</param>
internal sealed record Scenario(string Id, string Holds, Func<ulong, SimulationOptions> Options)
{
    /// <summary>What must hold besides the promises that every simulation checks: null, or what is wrong.</summary>
    public Func<SimulationReport, string?> Also { get; init; } = static _ => null;

    /// <summary>Makes services that are replicated instead of registers; called once for each seed.</summary>
    public Func<Func<IStateMachine>>? Services { get; init; }

    /// <summary>What is asked of them.</summary>
    public IWorkload? Workload { get; init; }

    /// <summary>Whether it belongs to the list of scenarios, and not only to the ways of catching bugs.</summary>
    public bool IsListed => Id[0] == 'B' && char.IsAsciiDigit(Id[1]);

    /// <summary>Plays one seed: null if everything held, or what did not.</summary>
    public string? Play(ulong seed)
    {
        SimulationReport report = Services is null
            ? Cluster.Simulate(Options(seed))
            : Cluster.Simulate(Options(seed), Services(), Workload!);
        return report.Violation is { } violation ? $"{violation.Promise}: {violation.Description}" : Also(report);
    }
}
