using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BftSmr.Hosting;

/// <summary>
/// Whether the client reaches the replicas: unhealthy with fewer than a quorum, degraded with fewer than all. Register
/// it with <c>AddHealthChecks().AddCheck&lt;BftClientHealthCheck&gt;("cluster")</c>.
/// </summary>
/// <param name="client">The client.</param>
public sealed class BftClientHealthCheck(BftClient client) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        int reached = client.ConnectedReplicas;
        HealthStatus status = reached < client.Quorums.Connect ? HealthStatus.Unhealthy
            : reached < client.Quorums.Replicas ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        string description = $"{reached} of {client.Quorums.Replicas} replicas are connected; "
            + $"{client.Quorums.Connect} are needed.";
        return Task.FromResult(new HealthCheckResult(status, description));
    }
}
