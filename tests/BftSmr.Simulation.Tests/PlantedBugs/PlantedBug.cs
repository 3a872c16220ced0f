namespace BftSmr.Simulation.Tests.PlantedBugs;

/// <summary>A defence taken out of a copy of the core, and the run that notices.</summary>
/// <param name="Name">What is wrong with the copy.</param>
/// <param name="File">The source file, relative to src.</param>
/// <param name="Find">Text that occurs in it exactly once, however its lines are broken.</param>
/// <param name="Replace">What takes its place.</param>
/// <param name="Scenario">The scenario in which it is caught.</param>
/// <param name="Seed">The first seed from 1 up that catches it: so many seeds it takes.</param>
internal sealed record PlantedBug(string Name, string File, string Find, string Replace, string Scenario, ulong Seed)
{
    /// <summary>The project, and assembly, that the file belongs to.</summary>
    public string Project => File[..File.IndexOf('/', StringComparison.Ordinal)];

    public override string ToString() => Name;
}
