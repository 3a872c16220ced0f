using System.Net;
using System.Text.Json;
using BftCloud.Dashboard;
using BftCloud.Monitoring;
using BftCloud.Tests.Browser;
using BftCloud.Tests.Clusters;
using BftSmr;
using BftSmr.Configuration;

namespace BftCloud.Tests.Dashboard;

/// <summary>The page with replicas that say what a test wants.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DashboardPagesTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new() { Timeout = Patience.Time };
    private readonly string _address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
    private FakeReplicas _replicas = null!;
    private ClusterWatch _watch = null!;
    private MonitoringServer _server = null!;
    private Task _watching = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _replicas = await FakeReplicas.StartAsync();
        using LocalCluster content = LocalCluster.Create(f: 1, "kv", clients: 1);
        for (int id = 0; id < 4; id++) Say(id, static report => report);
        _watch = new ClusterWatch(content.Configuration with { ClusterId = "c" }, _replicas.Addresses);
        _server = await MonitoringServer.StartAsync(_address, new DashboardPages(_watch, []).Site);
        _watching = _watch.RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _server.DisposeAsync();
        await _replicas.DisposeAsync();
        _watch.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_replica_that_lags_or_catches_up_is_named_with_how_much()
    {
        await using BrowserPage page = await OpenAsync();
        await page.UntilAsync("#sentence", "All 4 replicas agree.");

        Say(2, static report => report with { LastExecuted = report.LastExecuted - 90 });
        await page.UntilAsync("#sentence", "Replica 2 is 90 instances behind; 1 more fault stops the cluster.");
        await page.UntilAsync("[data-replica='2'] .state", "90 instances behind");
        await page.UntilAsync("#chart-behind .readout", "r2 90");

        Say(2, static report => report with
        {
            CatchingUp = true, Rejected = new Dictionary<string, long> { ["stale_vote"] = 3 },
        });
        await page.UntilAsync("#sentence", "Replica 2 is catching up; 1 more fault stops the cluster.");
        await page.UntilAsync("#reasons tr", "stale vote");
        Assert.Equal("stale vote 0 0 3 0 3", await page.AskAsync<string>(
            "return (await page.innerText('#reasons tr')).split(/\\s+/).join(' ')"));
    }

    [Fact]
    public async Task A_replica_that_fetches_a_checkpoint_is_shown_with_how_much_of_it_is_here()
    {
        await using BrowserPage page = await OpenAsync();
        await page.UntilAsync("#sentence", "All 4 replicas agree.");

        Say(2, static report => report with
        {
            CatchingUp = true,
            Progress = new ProgressReport("fetching", 700, 120 << 20, 300 << 20, 12.5 * (1 << 20), 3.5),
        });
        await page.UntilAsync("[data-replica='2'] .state", "Fetches a checkpoint");
        await page.UntilAsync("[data-replica='2'] dl", "120 MiB of 300 MiB");
        await page.UntilAsync("[data-replica='2'] dl", "12.5 MiB/s");
        Say(2, static report => report with
        {
            CatchingUp = true, Progress = new ProgressReport("replaying", InstancesPerSecond: 40),
        });
        await page.UntilAsync("[data-replica='2'] .state", "Replays batches");
        await page.UntilAsync("[data-replica='2'] dl", "40 instances/s");
        Assert.Empty(await page.AskAsync<string[]>("return page.evaluate(overlaps)"));
        Assert.Empty(await page.AskAsync<string[]>("return faults"));
    }

    [Fact]
    public async Task A_replica_that_hangs_delays_no_other()
    {
        await UntilAsync(static sample => sample.Health.Level == HealthLevel.Good);
        _replicas.Reports[1] = null;
        ClusterSample hung = await UntilAsync(static sample => sample.Replicas[1].State == ReplicaState.Down);
        Say(3, static report => report with { Sessions = 77 });

        ClusterSample next = await UntilAsync(static sample => sample.Replicas[3].Sessions == 77);

        Assert.Equal("Replica 1 does not answer; 1 more fault stops the cluster.", next.Health.Sentence);
        Assert.InRange(next.AtMs - hung.AtMs, 0, 1000 * (next.Number - hung.Number + 2));
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Every_text_can_be_read_and_covers_no_other(string scheme)
    {
        await using BrowserPage page = await OpenAsync();
        _replicas.Reports[3] = null;
        Say(1, static report => report with { Rejected = new Dictionary<string, long> { ["malformed"] = 3 } });
        await page.DoAsync($"await page.emulateMedia({{ colorScheme: '{scheme}' }})");
        await page.UntilAsync("#sentence", "Replica 3 does not answer");

        JsonElement worst = await page.AskAsync<JsonElement>("return page.evaluate(contrast)");
        double ground = await page.AskAsync<double>(
            "return page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]))");

        Assert.True(worst.GetProperty("ratio").GetDouble() >= 4.5, worst.ToString());
        Assert.Equal(scheme == "dark", ground < 128);
        Assert.Empty(await page.AskAsync<string[]>("return page.evaluate(overlaps)"));
        Assert.True(await page.AskAsync<bool>(
            "return page.locator('svg[role=img]').evaluateAll(all => all.every(svg => svg.ariaLabel.length > 10))"));
        Assert.Empty(await page.AskAsync<string[]>("return faults"));
    }

    [Fact]
    public async Task A_phone_shows_all_of_it_without_scrolling_sideways()
    {
        await using BrowserPage page = await OpenAsync();
        await page.UntilAsync("#sentence", "All 4 replicas agree.");

        await page.DoAsync("await page.setViewportSize({ width: 360, height: 740 })");
        await page.UntilAsync(
            "[...document.querySelectorAll('.chart svg')].every(s => s.getBoundingClientRect().right <= innerWidth)");

        Assert.Equal(360, await page.AskAsync<int>(
            "return page.evaluate(() => document.documentElement.scrollWidth)"));
        Assert.Empty(await page.AskAsync<string[]>("return page.evaluate(overlaps)"));
    }

    [Fact]
    public async Task A_page_that_nobody_sees_asks_for_nothing_and_fills_the_gap_afterwards()
    {
        await using BrowserPage page = await OpenAsync();
        await page.UntilAsync("#sentence", "All 4 replicas agree.");

        await page.DoAsync(
            """
            await page.clock.install();
            await page.reload();
            await until('#sentence', 'All 4 replicas agree.');
            const hide = hidden => page.evaluate(to => {
              Object.defineProperty(document, 'hidden', { configurable: true, get: () => to });
              document.dispatchEvent(new Event('visibilitychange'));
            }, hidden);
            await hide(true);
            await page.waitForLoadState('networkidle');
            requests.length = 0;
            await page.clock.fastForward(60000);
            if (requests.length > 0) throw new Error(`It asked for ${requests}.`);
            await page.waitForFunction(async () =>
              (await (await fetch('/api/now')).json()).samples[0].number > view.samples.at(-1).number + 2);
            const seen = await page.evaluate(() => view.samples.length);
            await hide(false);
            await page.waitForFunction(before => view.samples.length > before + 2, seen);
            const numbers = await page.evaluate(() => view.samples.map(s => s.number));
            numbers.forEach((number, i) => {
              if (number !== numbers[0] + i) throw new Error(`There is a gap: ${numbers}`);
            });
            """);
    }

    [Fact]
    public async Task Nothing_from_elsewhere_is_let_in_and_no_other_name_is_served()
    {
        using HttpResponseMessage page = await _http.GetAsync(new Uri($"http://{_address}/"));
        using HttpRequestMessage rebound = new(HttpMethod.Get, new Uri($"http://{_address}/api/now"));
        rebound.Headers.Host = "hostile.example";
        using HttpResponseMessage refused = await _http.SendAsync(rebound);

        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
        Assert.DoesNotContain("replicas", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Task<BrowserPage> OpenAsync() => BrowserPage.OpenAsync($"http://{_address}/");

    private void Say(int id, Func<ReplicaReport, ReplicaReport> change) =>
        _replicas.Reports[id] = change(Reports.Of(id));

    private async Task<ClusterSample> UntilAsync(Func<ClusterSample, bool> isSo)
    {
        ClusterSample? found = null;
        await Patience.UntilAsync(
            () => (found = _watch.View(all: true).Samples.LastOrDefault(isSo)) is not null, "a sample is as wanted");
        return found!;
    }
}
