using BftCloud.Bench;
using BftCloud.Chaos;
using BftSmr;
using BftSmr.Simulation;

namespace BftCloud.Features;

/// <summary>A feature whose heart is a replicated service, which clusters run.</summary>
/// <param name="Name">Its name on the command line, and in <c>cluster.json</c>.</param>
/// <param name="Create">Makes a new, empty instance of the service, after it has checked its options.</param>
internal sealed record ServiceFeature(string Name, Func<ServiceOptions, IStateMachine> Create) : Feature(Name)
{
    /// <summary>Loads on clusters that run it, for <c>bftcloud bench</c>.</summary>
    public IReadOnlyList<BenchWorkload> Benchmarks { get; init; } = [];

    /// <summary>A load whose history can be checked, for <c>bftcloud chaos</c>; null if there is none.</summary>
    public ChaosWorkload? Chaos { get; init; }

    /// <summary>Makes what simulated clients ask of it, for <c>bftcloud sim</c>; null if it is not simulated.</summary>
    public Func<IWorkload>? Simulation { get; init; }
}
