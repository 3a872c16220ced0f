using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BftSmr.Hosting;

/// <summary>
/// Whether the replicas of this host take part. Unhealthy: one has stopped, or reaches too few others to decide
/// anything. Degraded: one changes its leader, catches up, has forgotten its votes, or does not reach all others.
/// Register it with <c>AddHealthChecks().AddCheck&lt;BftReplicaHealthCheck&gt;("replica")</c>.
/// </summary>
/// <param name="hosts">The replicas.</param>
public sealed class BftReplicaHealthCheck(IEnumerable<BftReplicaHost> hosts) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        HealthStatus worst = HealthStatus.Healthy;
        List<string> problems = [];
        Dictionary<string, object> data = [];
        foreach (BftReplicaHost host in hosts)
        {
            (HealthStatus status, string? problem) =
                await CheckAsync(host, data, cancellationToken).ConfigureAwait(false);
            if (problem is not null) problems.Add(problem);
            if (status < worst) worst = status;
        }
        string description = problems.Count == 0 ? "Every replica takes part." : string.Join(" ", problems);
        return new HealthCheckResult(worst, description, data: data);
    }

    private static async Task<(HealthStatus Status, string? Problem)> CheckAsync(
        BftReplicaHost host, Dictionary<string, object> data, CancellationToken cancellationToken)
    {
        if (host.Replica is not { } replica) return (HealthStatus.Unhealthy, "A replica has not started yet.");
        BftReplicaStatus status;
        try
        {
            status = await replica.GetStatusAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            return (HealthStatus.Unhealthy, "A replica has stopped.");
        }
        data[status.Self.ToString()] = $"{status.Regency}, executed {status.LastExecuted}, leader {status.Leader}";
        string[] unreachable = [.. status.Peers.Where(static p => !p.IsConnected).Select(static p => p.Id.ToString())];
        int reached = 1 + status.Peers.Count - unreachable.Length;
        if (reached < replica.Quorums.Write)
            return (HealthStatus.Unhealthy,
                $"{status.Self} reaches {reached} of {1 + status.Peers.Count} replicas with itself; "
                + $"{replica.Quorums.Write} are needed to decide anything.");
        if (status.NotReady is { } why) return (HealthStatus.Degraded, $"{status.Self} {why}.");
        return unreachable.Length > 0
            ? (HealthStatus.Degraded, $"{status.Self} does not reach {string.Join(", ", unreachable)}.")
            : (HealthStatus.Healthy, null);
    }
}
