using System.CommandLine;
using BftCloud.Bench;
using BftCloud.Chaos;
using BftCloud.Cluster;
using BftCloud.Common;
using BftCloud.Dashboard;
using BftCloud.Features;
using BftCloud.Inspect;
using BftCloud.Replica;
using BftCloud.Sim;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud;

/// <summary>
/// <c>bftcloud</c>: the root of all commands. Gives every folder below what it needs of the features.
/// </summary>
internal static class BftCloudCommand
{
    /// <param name="features">What the program offers beyond clusters themselves.</param>
    public static RootCommand Create(IReadOnlyList<Feature> features)
    {
        ServiceFeature[] services = [.. features.OfType<ServiceFeature>()];
        ServiceCatalog catalog = new([.. services.Select(static service => (service.Name, service.Create))]);
        RootCommand root = NewRoot();
        root.Add(ClusterCommand.Create(catalog));
        root.Add(ReplicaCommand.Create(catalog));
        root.Add(DashboardCommand.Create());
        foreach (Command verbs in Made(features, static feature => feature.Verbs)) root.Add(verbs);
        root.Add(BenchCommand.Create(
            [.. services.SelectMany(static service => service.Benchmarks)],
            Made(features, static feature => feature.BenchVerb)));
        root.Add(SimCommand.Create(Simulated(services)));
        root.Add(ExploreCommand.Create());
        root.Add(ChaosCommand.Create([.. services.Select(static service => service.Chaos).OfType<ChaosWorkload>()]));
        root.Add(InspectCommand.Create());
        return root;
    }

    /// <summary>The root with the verbs of one feature alone.</summary>
    public static RootCommand CreateFor(Feature feature)
    {
        RootCommand root = NewRoot();
        root.Add(feature.Verbs!());
        return root;
    }

    private static RootCommand NewRoot() => new(
        "Byzantine fault-tolerant replication and storage: "
        + "clusters, replicas, services, clouds of clouds, and benchmarks.");

    private static IReadOnlyList<Command> Made(
        IReadOnlyList<Feature> features, Func<Feature, Func<Command>?> command) =>
        [.. features.Select(feature => command(feature)?.Invoke()).OfType<Command>()];

    private static List<SimulatedService> Simulated(IReadOnlyList<ServiceFeature> services)
    {
        List<SimulatedService> simulated = [];
        foreach (ServiceFeature service in services)
        {
            if (service.Simulation is not { } workload) continue;
            simulated.Add(new SimulatedService(service.Name, () => service.Create(ServiceOptions.None), workload));
        }
        return simulated;
    }
}
