using System.Globalization;
using System.Text.Json;
using BftCloud.Tests.Clusters;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Features;

/// <summary>The counter, by the commands alone: what one folder and one line give a service.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CounterTests
{
    [Fact]
    public async Task From_init_to_a_sum()
    {
        using TemporaryDirectory directory = new();
        string path = directory.At("D");
        await CommandLineRun.SucceedAsync("cluster", "init", "--service", "counter", "--out", path);
        await using TestCluster cluster = TestCluster.Open(path);
        await CommandLineRun.SucceedAsync("cluster", "up", path, "--detach");

        Assert.Equal("0\n", await CommandLineRun.SucceedAsync("counter", "--cluster", path, "get"));
        Assert.Equal("5\n", await CommandLineRun.SucceedAsync("counter", "--cluster", path, "add", "5"));
        Assert.Equal("5\n", await CommandLineRun.SucceedAsync("counter", "--cluster", path, "get"));
        Assert.Equal("-2\n", await CommandLineRun.SucceedAsync("counter", "--cluster", path, "add", "-7"));
        Assert.Contains(
            "--service kv", await CommandLineRun.FailAsync(1, "kv", "--cluster", path, "get", "a"),
            StringComparison.Ordinal);

        string[] bench = ["bench", "counter", "--cluster", path, "--clients", "2", "--duration", "500ms", "--json"];
        using JsonDocument report = JsonDocument.Parse(await CommandLineRun.SucceedAsync(bench));
        Assert.Equal("counter", report.RootElement.GetProperty("workload").GetString());
        Assert.Equal(0, report.RootElement.GetProperty("errors").GetInt64());
        long counted = report.RootElement.GetProperty("operations").GetInt64();
        long sum = long.Parse(
            await CommandLineRun.SucceedAsync("counter", "--cluster", path, "get"), CultureInfo.InvariantCulture);
        Assert.True(sum >= counted - 2, $"The counter is {sum} after -2 and {counted} additions.");
    }

    [Fact]
    public async Task A_simulation_of_it_is_the_same_twice_and_not_that_of_the_registers()
    {
        string once = await HashAsync("--service", "counter");

        Assert.Equal(once, await HashAsync("--service", "counter"));
        Assert.NotEqual(once, await HashAsync());
    }

    private static async Task<string> HashAsync(params string[] service)
    {
        string json = await CommandLineRun.SucceedAsync(["sim", "--seed", "7", "--json", .. service]);
        using JsonDocument report = JsonDocument.Parse(json);
        Assert.Equal("passed", report.RootElement.GetProperty("verdict").GetString());
        return report.RootElement.GetProperty("traceHash").GetString()!;
    }
}
