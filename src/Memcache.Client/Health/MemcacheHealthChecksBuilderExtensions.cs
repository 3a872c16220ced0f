using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Memcache.Client;

/// <summary>Registers the cache's health check.</summary>
public static class MemcacheHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that the cache's servers answer. A <see cref="MemcacheClient"/> must be registered as a service. An
    /// application goes on without a cache, so a failure is reported as degraded.
    /// </summary>
    public static IHealthChecksBuilder AddMemcache(
        this IHealthChecksBuilder builder, string name = "memcache",
        HealthStatus? failureStatus = HealthStatus.Degraded, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, static provider => new MemcacheHealthCheck(provider.GetRequiredService<MemcacheClient>()),
            failureStatus, tags: null, timeout));
    }
}
