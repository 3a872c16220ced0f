using System.CommandLine;

namespace BftCloud.Commands;

/// <summary><c>bftcloud</c>: the root of all commands.</summary>
internal static class BftCloudCommand
{
    public static RootCommand Create() => new("Byzantine fault-tolerant replication: clusters, replicas, services and benchmarks.")
    {
        ClusterCommand.Create(),
        ReplicaCommand.Create(),
        KvCommand.Create(),
        BenchCommand.Create(),
        SimCommand.Create(),
        InspectCommand.Create(),
    };
}
