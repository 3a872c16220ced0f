using BftCloud.Monitoring;
using BftSmr;

namespace BftCloud.Tests.Clusters;

[Collection(ClusterCollection.Name)]
public sealed class ReplicaCrashTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Writes_go_on_when_any_replica_is_killed_and_none_is_lost_or_applied_twice(int victim)
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 8);
        await load.AcknowledgedMoreAsync(500);

        cluster.Kill(victim);
        await load.AcknowledgedMoreAsync(500);

        Assert.True(load.LongestPause() < TimeSpan.FromSeconds(2), $"Writes paused for {load.LongestPause()}.");
        IReadOnlyList<ReplicaReport?> reports = await cluster.AskAsync();
        Assert.Null(reports[victim]);
        // The first leader is replica 0: the death of another replica is no reason to change it.
        Assert.All(
            reports.Where(static report => report is not null),
            report => Assert.Equal(victim == 0 ? 1 : 0, report!.Regency));

        await cluster.UpAsync();
        await load.AcknowledgedMoreAsync(100);
        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }

    [Fact]
    public async Task Mere_load_changes_no_leader()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 64);

        await load.AcknowledgedMoreAsync(20_000);

        await load.StopAndCheckAsync();
        IReadOnlyList<ReplicaReport?> reports = await cluster.UntilAllAgreeAsync();
        Assert.All(reports, static report => Assert.Equal((0L, 0L), (report!.Regency, report.LeaderChanges)));
    }

    [Fact]
    public async Task The_loss_of_power_everywhere_loses_nothing_that_was_acknowledged()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 8);

        for (int round = 0; round < 20; round++)
        {
            await load.AcknowledgedMoreAsync(50 + 37 * round % 200);
            for (int id = 0; id < cluster.Count; id++) cluster.Kill((id + round) % cluster.Count);
            await cluster.UpAsync();
        }

        await load.AcknowledgedMoreAsync(50);
        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }

    [Fact]
    public async Task A_replica_that_lost_its_disk_comes_back_by_itself()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            "counter", static settings => settings with { CheckpointPeriod = 64 });
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 8);
        await load.AcknowledgedMoreAsync(1000);

        cluster.Kill(2);
        string data = Path.Combine(cluster.Path, "r2", "data");
        Directory.Delete(data, recursive: true);
        Directory.CreateDirectory(data);
        await cluster.UpAsync();
        await load.AcknowledgedMoreAsync(1000);

        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }

    [Theory]
    [InlineData(Durability.Decisions, RequestAuthentication.Mac)]
    [InlineData(Durability.None, RequestAuthentication.Mac)]
    [InlineData(Durability.Votes, RequestAuthentication.Signed)]
    public async Task The_leaders_death_loses_nothing_in_the_other_modes_either(
        Durability durability, RequestAuthentication authentication)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            "counter", settings => settings with { Durability = durability, RequestAuthentication = authentication });
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 8);
        await load.AcknowledgedMoreAsync(300);

        cluster.Kill(0);
        await load.AcknowledgedMoreAsync(300);
        await cluster.UpAsync();
        await load.AcknowledgedMoreAsync(100);

        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }
}
