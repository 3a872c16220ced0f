using System.Globalization;
using System.Text;
using BftSmr;

namespace KvStore.Tests.Cluster;

/// <summary>A watch of four replicas while the leader is replaced, and a replica catches up by a snapshot.</summary>
public class WatchClusterTests
{
    private const int Increments = 300;

    [Fact]
    public async Task Every_change_is_told_once_and_in_order_while_the_leader_is_replaced()
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient writing = await cluster.ConnectAsync(), watching = await cluster.ConnectAsync();
        KvClient writer = new(writing), watcher = new(watching);
        await using IAsyncEnumerator<KvChange> watch =
            watcher.WatchAsync(new KvWatchOptions { Keys = ["n"] }).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        Assert.Equal(KvChangeKind.Begun, watch.Current.Kind);

        Task increments = Task.Run(async () =>
        {
            for (int i = 1; i <= Increments; i++)
            {
                if (i == Increments / 3) await cluster.StopAsync(0); // the first leader
                if (i == 2 * Increments / 3) await cluster.StartAsync(0);
                await writer.IncrementAsync("n");
                await writer.PutAsync($"other{i % 10}", "x");
            }
        });
        long revision = 0;
        DateTimeOffset time = default;
        for (int i = 1; i <= Increments; i++)
        {
            await watch.MoveNextAsync();
            KvChange change = watch.Current;
            string value = Encoding.UTF8.GetString(change.Value!.Value.Span);
            Assert.Equal((KvChangeKind.String, i.ToString(CultureInfo.InvariantCulture)), (change.Kind, value));
            Assert.True(change.Revision > revision && change.Time >= time);
            (revision, time) = (change.Revision, change.Time!.Value);
        }
        await increments;
        await writer.PutAsync("after", "1");
        Assert.Single((await cluster.SettledDigestsAsync()).Distinct());
    }
}
