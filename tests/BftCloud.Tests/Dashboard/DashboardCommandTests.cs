using System.Net;
using System.Net.Sockets;
using BftCloud.Tests.Browser;
using BftCloud.Tests.Clusters;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Dashboard;

/// <summary>The dashboard as people see it: real replicas, the program, and a real browser.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DashboardCommandTests
{
    [Fact]
    public async Task The_page_tells_what_happens_to_a_cluster()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using RunningDashboard dashboard = await RunningDashboard.StartAsync(cluster.Path);
        BrowserPage page = dashboard.Page;

        await page.UntilAsync("#sentence", "All 4 replicas agree.");
        Assert.Equal("0", await page.AskAsync<string>("return page.innerText('#throughput')"));
        Assert.Equal("Replica 0", await page.AskAsync<string>("return page.innerText('#leader')"));
        Assert.Equal(4, await page.AskAsync<int>("return page.locator('.replica').count()"));

        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 4);
        await page.UntilAsync("Number(document.getElementById('throughput').textContent.replaceAll(',', '')) > 0");
        await page.UntilAsync("/\\d (µs|ms|s)$/.test(document.getElementById('latency').textContent)");
        await page.UntilAsync("[data-replica='2']", "MiB");

        cluster.Kill(0);
        await page.UntilAsync("#sentence", "Replica 0 does not answer; 1 more fault stops the cluster.");
        await page.UntilAsync("#regency", "1");
        await page.UntilAsync("#leader", "Replica 1");
        await page.UntilAsync("[data-replica='0'] .state", "Does not answer");
        await page.UntilAsync("#events li:first-child", "Replica 0 does not answer");
        await page.UntilAsync(
            "document.querySelector('#chart-lanes svg').getAttribute('aria-label').includes('r0: does not answer')");
        await page.UntilAsync("Number(document.getElementById('throughput').textContent.replaceAll(',', '')) > 0");

        await cluster.UpAsync();
        await load.StopAndCheckAsync();
        await page.UntilAsync("#sentence", "All 4 replicas agree.");
        Assert.Empty(await page.AskAsync<string[]>("return faults"));
        Assert.Empty(await page.AskAsync<string[]>(
            $"return requests.filter(url => !url.startsWith('http://{dashboard.Address}/') && url !== 'data:,')"));

        Assert.Equal(0, await dashboard.StopAsync());
        await page.UntilAsync("#sentence", "The dashboard does not answer.");
    }

    [Fact]
    public async Task An_address_that_is_none_and_one_that_is_taken_are_named()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string taken = $"{listener.LocalEndpoint}";

        Assert.Contains("host:port", await CommandLineRun.FailAsync(
            2, "dashboard", "--cluster", cluster.Path, "--listen", "8080"), StringComparison.Ordinal);
        Assert.Contains("--listen", await CommandLineRun.FailAsync(
            1, "dashboard", "--cluster", cluster.Path, "--listen", taken), StringComparison.Ordinal);
    }
}
