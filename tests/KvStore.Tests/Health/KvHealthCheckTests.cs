using BftSmr;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KvStore.Tests.Health;

public class KvHealthCheckTests
{
    [Fact]
    public async Task Is_healthy_as_long_as_the_cluster_answers()
    {
        LocalService service = new();
        ServiceCollection services = new();
        services.AddLogging().AddSingleton(new KvClient(service)).AddHealthChecks().AddKvStore(
            failureStatus: HealthStatus.Degraded);
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthCheckService health = provider.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        service.Failure = new BftTimeoutException("late", mayHaveExecuted: false);
        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync()).Status);
    }
}
