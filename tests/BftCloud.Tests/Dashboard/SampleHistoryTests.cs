using BftCloud.Dashboard;

namespace BftCloud.Tests.Dashboard;

public sealed class SampleHistoryTests
{
    private static readonly DashboardCluster s_cluster = new("c", "kv", 1, 3);

    [Fact]
    public void The_latest_samples_are_kept_and_no_more()
    {
        SampleHistory history = new(3);
        Assert.Empty(history.View(s_cluster, all: true).Samples);
        Assert.Empty(history.View(s_cluster, all: false).Samples);

        for (int i = 0; i < 10; i++) history.Add(Sample(i), [new RejectionCount("stale", [i])]);

        Assert.Equal([7, 8, 9], Numbers(history.View(s_cluster, all: true)));
        Assert.Equal([9], Numbers(history.View(s_cluster, all: false)));
        Assert.Equal(9, history.View(s_cluster, all: false).Rejections.Single().Counts.Single());
    }

    private static IEnumerable<long> Numbers(DashboardView view) => view.Samples.Select(static sample => sample.Number);

    private static ClusterSample Sample(long number) => new(
        number, 0, new Health(HealthLevel.Good, "", ""), null, null, 0, null, 0, []);
}
