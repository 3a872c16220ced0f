using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KvStore;

/// <summary>Registers the store's health check.</summary>
public static class KvHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that a quorum of the replicated store answers. A <see cref="KvClient"/> must be registered as a
    /// service.
    /// </summary>
    public static IHealthChecksBuilder AddKvStore(
        this IHealthChecksBuilder builder, string name = "kv", HealthStatus? failureStatus = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, static provider => new KvHealthCheck(provider.GetRequiredService<KvClient>()),
            failureStatus, tags: null, timeout));
    }
}
