using System.CommandLine;
using BftSmr;

namespace BftCloud.Common;

/// <summary>Options of a service's commands: the cluster that runs the service, and how long to wait for it.</summary>
/// <param name="service">The service's name in <c>cluster.json</c>.</param>
internal sealed class ServiceTarget(string service)
{
    public Option<string> Cluster { get; } = CommonOptions.Cluster();

    public Option<Duration> Timeout { get; } = CommonOptions.Timeout();

    /// <summary>Reads what a client needs. Throws unless the cluster runs the service.</summary>
    public ClusterClient Open(ParseResult result) =>
        ClusterClient.Open(result.GetValue(Cluster)!, result.GetValue(Timeout).Time).Require(service);

    /// <summary>Connects, and runs the command with a client of the cluster.</summary>
    public async Task<int> RunAsync(
        ParseResult result, Func<BftClient, Task> command, CancellationToken cancellationToken)
    {
        using ClusterClient cluster = Open(result);
        await using BftClient client = await BftClient.ConnectAsync(cluster.Options, cancellationToken);
        await command(client);
        return ExitCode.Done;
    }
}
