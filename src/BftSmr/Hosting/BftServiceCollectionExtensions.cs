using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Hosting;

/// <summary>Replicas and clients as services of a generic host.</summary>
public static class BftServiceCollectionExtensions
{
    /// <summary>
    /// Adds a replica that starts and stops with the host. May be called several times, for a replica each. All of
    /// them are injected as <see cref="BftReplicaHost"/>; <see cref="BftReplicaHealthCheck"/> checks them.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Which replica it is. It logs to the host unless the options have a logger factory.</param>
    /// <param name="service">Makes the service in its initial state, after it has checked its options.</param>
    public static IServiceCollection AddBftReplica(
        this IServiceCollection services, Func<IServiceProvider, BftReplicaOptions> options,
        Func<ServiceOptions, IStateMachine> service)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(service);
        services.TryAddSingleton<BftReplicaHealthCheck>();
        // The same object as BftReplicaHost and as IHostedService, for each of several.
        object key = new();
        return services
            .AddKeyedSingleton(
                key, (provider, _) => new BftReplicaHost(() => options(provider), service, LoggersOf(provider)))
            .AddSingleton(HostOf)
            .AddSingleton<IHostedService>(HostOf);

        BftReplicaHost HostOf(IServiceProvider provider) => provider.GetRequiredKeyedService<BftReplicaHost>(key);
    }

    /// <summary>
    /// Adds a <see cref="BftClient"/> with links and a session of its own. It connects when it is first asked for, and
    /// in the background: operations wait until the replicas can be reached, each as long as its timeout.
    /// <see cref="BftClientHealthCheck"/> checks it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Which client it is. It logs to the host unless the options have a logger factory.</param>
    public static IServiceCollection AddBftClient(
        this IServiceCollection services, Func<IServiceProvider, BftClientOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton<BftClientHealthCheck>();
        return services.AddSingleton(provider =>
        {
            BftClientOptions chosen = options(provider);
            return BftClient.Start(
                chosen.LoggerFactory is NullLoggerFactory
                    ? chosen with { LoggerFactory = LoggersOf(provider) }
                    : chosen);
        });
    }

    private static ILoggerFactory LoggersOf(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
}
