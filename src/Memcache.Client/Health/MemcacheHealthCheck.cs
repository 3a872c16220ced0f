using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Memcache.Client;

/// <summary>Whether the servers of a cache answer: degraded if some do not, and failed if none does.</summary>
/// <param name="client">The client of the cache.</param>
public sealed class MemcacheHealthCheck(MemcacheClient client) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        (string Server, MemcacheException? Failure)[] servers = await Task.WhenAll(
            client.Servers.Select(server => AskAsync(server, cancellationToken))).ConfigureAwait(false);
        string[] silent = [.. servers.Where(static s => s.Failure is not null).Select(static s => s.Server)];
        if (silent.Length == 0) return HealthCheckResult.Healthy("All servers of the cache answer.");
        return new HealthCheckResult(
            silent.Length < servers.Length ? HealthStatus.Degraded : context.Registration.FailureStatus,
            $"These servers of the cache do not answer: {string.Join(", ", silent)}.",
            servers.First(static s => s.Failure is not null).Failure);
    }

    private async Task<(string Server, MemcacheException? Failure)> AskAsync(
        string server, CancellationToken cancellationToken)
    {
        try
        {
            await client.PingAsync(server, cancellationToken).ConfigureAwait(false);
            return (server, null);
        }
        catch (MemcacheException e)
        {
            return (server, e);
        }
    }
}
