using System.CommandLine;
using BftCloud.Bench;
using BftCloud.Chaos;
using BftCloud.Cluster;
using BftCloud.Features.DepSky;
using BftCloud.Features.Kv;
using BftCloud.Inspect;
using BftCloud.Replica;
using BftCloud.Sim;

namespace BftCloud;

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
