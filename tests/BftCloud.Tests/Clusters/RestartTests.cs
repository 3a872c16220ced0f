using System.Diagnostics;
using System.Net;
using BftCloud.Tests.CommandLine;
using BftSmr;

namespace BftCloud.Tests.Clusters;

/// <summary>Waiting for replicas that take part in full, and restarting them while clients are served.</summary>
[Collection(ClusterCollection.Name)]
public sealed class RestartTests
{
    [Fact]
    public async Task One_after_the_other_while_a_client_goes_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        int?[] before = [.. cluster.Processes.Replicas.Select(static replica => replica.FindPid())];
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 2);

        string said = await CommandLineRun.SucceedAsync("cluster", "restart", cluster.Path, "--rolling");

        await load.StopAndCheckAsync();
        int?[] after = [.. cluster.Processes.Replicas.Select(static replica => replica.FindPid())];
        Assert.All(before.Zip(after), static pids => Assert.True(pids.First != pids.Second && pids.Second is not null));
        for (int id = 0; id < cluster.Count; id++)
            Assert.Contains($"r{id} is up again", said, StringComparison.Ordinal);
        Assert.True(
            said.IndexOf("r0 is", StringComparison.Ordinal) > said.IndexOf("r3 is", StringComparison.Ordinal),
            $"the leader is to be last: {said}");
        Assert.StartsWith(
            "All replicas ready", await CommandLineRun.SucceedAsync("cluster", "wait", cluster.Path),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_replica_is_stopped_while_another_is_not_ready()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await cluster.Processes.StopAsync([2], default);
        int?[] before = [.. cluster.Processes.Replicas.Select(static replica => replica.FindPid())];

        string refused = await CommandLineRun.FailAsync(
            1, "cluster", "restart", cluster.Path, "--rolling", "--timeout", "100ms");

        Assert.Contains("Not ready, and no progress for 100ms: r2 is down", refused, StringComparison.Ordinal);
        Assert.Contains("cluster up", refused, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Processes.Replicas.Select(static replica => replica.FindPid()));
        Assert.StartsWith(
            "r1, r3 ready", await CommandLineRun.SucceedAsync("cluster", "wait", cluster.Path, "--ready", "1", "3"),
            StringComparison.Ordinal);
        Assert.Contains(
            "There is no replica 4",
            await CommandLineRun.FailAsync(1, "cluster", "wait", cluster.Path, "--ready", "4"),
            StringComparison.Ordinal);

        Assert.Contains(
            "All 4 replicas are up again", await CommandLineRun.SucceedAsync("cluster", "restart", cluster.Path),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_that_hears_no_other_is_healthy_but_not_ready()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        using Process process = cluster.Processes.Replicas[1].Start();
        string address = ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(1)).MetricsAddress!;
        await cluster.UntilAsync("the replica answers", static reports => reports[1] is not null);

        using HttpClient http = new();
        using HttpResponseMessage ready = await http.GetAsync(new Uri($"http://{address}/readyz"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("r1 has not heard from the others yet.\n", await ready.Content.ReadAsStringAsync());
    }
}
