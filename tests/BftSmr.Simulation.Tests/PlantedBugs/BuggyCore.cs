using System.Reflection;
using System.Runtime.Loader;
using BftSmr.Simulation.Tests.Scenarios;

namespace BftSmr.Simulation.Tests.PlantedBugs;

/// <summary>
/// A buggy copy of one assembly, with copies of all that refer to it: a core, a simulator and scenarios that run on it.
/// </summary>
internal sealed class BuggyCore : AssemblyLoadContext
{
    private static readonly string[] s_ownCopies = ["BftSmr.Simulation", "BftSmr.Simulation.Tests"];
    private static readonly string[] s_abovePrimitives = ["BftCloud.Links", "BftSmr", .. s_ownCopies];

    private readonly Func<string, ulong, string?> _play;
    private readonly Func<int, string> _explore;

    public BuggyCore(PlantedBug bug)
        : base(isCollectible: true)
    {
        Assembly buggy = LoadFromStream(new MemoryStream(CoreCompiler.Compile(bug)));
        string[] ownCopies = bug.Project == "BftSmr" ? s_ownCopies : s_abovePrimitives;
        Resolve = name => name.Name == buggy.GetName().Name ? buggy
            : ownCopies.Contains(name.Name) ? LoadFromAssemblyPath(
                Path.Combine(AppContext.BaseDirectory, name.Name + ".dll"))
            : null;
        MethodInfo play = LoadFromAssemblyPath(typeof(ScenarioList).Assembly.Location).GetType(
            typeof(ScenarioList).FullName!, throwOnError: true)!.GetMethod(nameof(ScenarioList.Play))!;
        _play = play.CreateDelegate<Func<string, ulong, string?>>();
        _explore = play.DeclaringType!.GetMethod(nameof(ScenarioList.Explore))!.CreateDelegate<Func<int, string>>();
    }

    private Func<AssemblyName, Assembly?> Resolve { get; }

    /// <summary>Plays a scenario on the buggy core: the promise that was broken, or null.</summary>
    public string? Play(string scenario, ulong seed) => _play(scenario, seed);

    /// <summary>Explores so many states of the buggy core; tells what was found.</summary>
    public string Explore(int statesMax) => _explore(statesMax);

    protected override Assembly? Load(AssemblyName assemblyName) => Resolve(assemblyName);
}
