using Memcache.Client.Tests.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Memcache.Client.Tests.Health;

public class MemcacheHealthCheckTests
{
    [Fact]
    public async Task All_some_or_none_of_the_servers_answer()
    {
        await using TestCache first = new();
        TestCache second = new();
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [first.Name, second.Name], Timeout = Patience.Time });
        ServiceCollection services = new();
        services.AddLogging().AddSingleton(client).AddHealthChecks().AddMemcache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthCheckService health = provider.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);

        string gone = second.Name;
        await second.DisposeAsync();
        HealthReport report = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal(
            $"These servers of the cache do not answer: {gone}.", report.Entries["memcache"].Description);

        await using MemcacheClient lone = new(new MemcacheClientOptions { Servers = [gone] });
        MemcacheHealthCheck check = new(lone);
        HealthCheckContext context = new()
        {
            Registration = new HealthCheckRegistration("cache", check, HealthStatus.Unhealthy, tags: null),
        };
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(context)).Status);
    }
}
