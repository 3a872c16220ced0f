using System.CommandLine;
using BftCloud.Commands.DepSky;

namespace BftCloud.Commands;

/// <summary><c>bftcloud</c>: the root of all commands.</summary>
internal static class BftCloudCommand
{
    public static RootCommand Create() => new("Byzantine fault-tolerant replication and storage: clusters, replicas, services, clouds of clouds, and benchmarks.")
    {
        ClusterCommand.Create(),
        ReplicaCommand.Create(),
        KvCommand.Create(),
        DepSkyCommand.Create(),
        BenchCommand.Create(),
        SimCommand.Create(),
        ExploreCommand.Create(),
        ChaosCommand.Create(),
        InspectCommand.Create(),
    };
}
