using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace KvStore;

/// <summary>Registers the store with an application's services.</summary>
public static class KvCacheServiceCollectionExtensions
{
    /// <summary>
    /// Makes the replicated store the application's <see cref="IDistributedCache"/>. A <see cref="KvClient"/> must be
    /// registered too.
    /// </summary>
    public static IServiceCollection AddKvDistributedCache(
        this IServiceCollection services, KvDistributedCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IDistributedCache>(provider =>
            new KvDistributedCache(
                provider.GetRequiredService<KvClient>(), options, provider.GetService<TimeProvider>()));
    }
}
