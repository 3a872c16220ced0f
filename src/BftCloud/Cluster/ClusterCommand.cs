using System.CommandLine;
using BftCloud.Common;

namespace BftCloud.Cluster;

/// <summary><c>bftcloud cluster</c>: a cluster whose replicas all run on this machine.</summary>
internal static class ClusterCommand
{
    /// <param name="services">The services that clusters can run.</param>
    public static Command Create(ServiceCatalog services) =>
        new("cluster", "A cluster on this machine, one process per replica.")
    {
        ClusterInitCommand.Create(services),
        ClusterUpCommand.Create(),
        ClusterDownCommand.Create(),
        ClusterRestartCommand.Create(),
        ClusterStatusCommand.Create(),
        ClusterWaitCommand.Create(),
    };

    /// <summary>For commands that wait for replicas.</summary>
    public static Option<Duration> TimeoutOption() => new("--timeout")
    {
        Description = "How long the replicas may make no progress until the command gives up.",
        DefaultValueFactory = static _ => Duration.Seconds(60),
        CustomParser = Duration.Parse,
        HelpName = "TIME",
    };

    public static Argument<string> DirectoryArgument() =>
        new("DIR") { Description = "The cluster's directory, made by 'bftcloud cluster init'." };
}
