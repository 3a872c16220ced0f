using BftSmr;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KvStore;

/// <summary>Whether this process reaches a quorum of the cluster: asks it for a key that need not exist.</summary>
/// <param name="client">The store.</param>
public sealed class KvHealthCheck(KvClient client) : IHealthCheck
{
    private static readonly KvBytes Probe = "health";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            await client.ExistsAsync(Probe, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy("A quorum of the replicated store answers.");
        }
        catch (BftException e)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus, "The replicated store does not answer.", e);
        }
    }
}
