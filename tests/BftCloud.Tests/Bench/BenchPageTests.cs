using System.Text.Json;
using BftCloud.Tests.Browser;
using BftCloud.Tests.Clusters;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Bench;

/// <summary>The pages of benchmarks in a real browser.</summary>
[Collection(ClusterCollection.Name)]
public sealed class BenchPageTests
{
    [Fact]
    public async Task A_run_and_two_of_them_are_shown_as_charts()
    {
        using TemporaryDirectory directory = new();
        await using TestCluster cluster = await TestCluster.StartAsync("echo");
        foreach (string name in (string[])["a", "b"])
        {
            await File.WriteAllTextAsync(directory.At($"{name}.json"), await CommandLineRun.SucceedAsync(
                "bench", "echo", "--cluster", cluster.Path, "--clients", "2", "--duration", "2s", "--warm-up", "100ms",
                "--json", "--html", directory.At($"{name}.html")));
        }
        await CommandLineRun.SucceedAsync(
            "bench", "--compare", directory.At("a.json"), directory.At("b.json"), "--html", directory.At("ab.html"));

        await using BrowserPage page = await BrowserPage.OpenAsync(Of("a"));
        await page.UntilAsync("h1", "bench echo");
        Assert.Equal(
            ["Operations per second", "How long operations took", "Processor", "Memory"],
            await page.AskAsync<string[]>("return page.locator('figure h3').allInnerTexts()"));
        await CheckAsync(page);

        await page.DoAsync($"await page.goto({JsonSerializer.Serialize(Of("ab"))})");
        await page.UntilAsync("h1", "Two runs compared");
        Assert.Equal(
            [
                "Operations per second", "How long operations took", "Processor, A", "Processor, B", "Memory, A",
                "Memory, B",
            ],
            await page.AskAsync<string[]>("return page.locator('figure h3').allInnerTexts()"));
        await page.UntilAsync("tbody tr:first-child", "operations/s");
        await CheckAsync(page);

        string Of(string name) => new Uri(directory.At($"{name}.html")).AbsoluteUri;
    }

    [Fact]
    public async Task A_report_that_is_none_is_named_and_no_page_is_written()
    {
        using TemporaryDirectory directory = new();
        string none = directory.At("none.json");
        await File.WriteAllTextAsync(none, "[]");

        Assert.Contains("none.json is no report", await CommandLineRun.FailAsync(
            1, "bench", "--compare", none, none, "--html", directory.At("x.html")), StringComparison.Ordinal);
        Assert.False(File.Exists(directory.At("x.html")));
    }

    /// <summary>It needs nothing else, can be read, and fits a phone.</summary>
    private static async Task CheckAsync(BrowserPage page)
    {
        foreach (string scheme in (string[])["dark", "light"])
        {
            await page.DoAsync($"await page.emulateMedia({{ colorScheme: '{scheme}' }})");
            JsonElement worst = await page.AskAsync<JsonElement>("return page.evaluate(contrast)");
            Assert.True(worst.GetProperty("ratio").GetDouble() >= 4.5, worst.ToString());
        }
        await page.DoAsync("await page.setViewportSize({ width: 360, height: 740 })");
        await page.UntilAsync(
            "[...document.querySelectorAll('.chart svg')].every(s => s.getBoundingClientRect().right <= innerWidth)");
        Assert.Equal(360, await page.AskAsync<int>(
            "return page.evaluate(() => document.documentElement.scrollWidth)"));
        Assert.Empty(await page.AskAsync<string[]>("return page.evaluate(overlaps)"));
        await page.DoAsync("await page.setViewportSize({ width: 1280, height: 900 })");
        Assert.Empty(await page.AskAsync<string[]>("return faults"));
        Assert.Empty(await page.AskAsync<string[]>(
            "return requests.filter(url => !url.startsWith('file:') && !url.startsWith('data:'))"));
    }
}
