using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Memcache.Client;

/// <summary>Registers the cache with an application's services.</summary>
public static class MemcacheCacheServiceCollectionExtensions
{
    /// <summary>
    /// Makes the cache's servers the application's <see cref="IDistributedCache"/>. A <see cref="MemcacheClient"/> must
    /// be registered too.
    /// </summary>
    public static IServiceCollection AddMemcacheDistributedCache(
        this IServiceCollection services, MemcacheDistributedCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IDistributedCache>(provider => new MemcacheDistributedCache(
            provider.GetRequiredService<MemcacheClient>(), options, provider.GetService<TimeProvider>()));
    }
}
