using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Tests.Core;

public sealed class SharePatienceTests
{
    private readonly SharePatience _patience = new(Quorums.Byzantine(4, 1), SharePatience.MostMicros);

    [Fact]
    public void It_follows_what_was_measured_within_its_bounds()
    {
        Assert.Equal(SharePatience.MostMicros, _patience.Micros);
        Measure(700, 1, 2, 3);
        Assert.Equal(SharePatience.LeastMicros, _patience.Micros);
        Measure(200_000, 1, 2, 3);
        Assert.InRange(_patience.Micros, 200_000, 250_000);
        Measure(3_000_000, 1, 2, 3);
        Assert.Equal(SharePatience.MostMicros, _patience.Micros);
    }

    [Fact]
    public void One_replica_that_is_slow_on_purpose_does_not_stretch_it()
    {
        Measure(700, 1, 2);
        Measure(400_000, 3);
        Assert.Equal(SharePatience.LeastMicros, _patience.Micros);
    }

    [Fact]
    public void One_replica_that_was_never_heard_of_does_not_stretch_it()
    {
        Measure(700, 1, 2);
        for (int i = 0; i < 10; i++) _patience.Miss(new ReplicaId(3));
        Assert.Equal(SharePatience.LeastMicros, _patience.Micros);
    }

    [Fact]
    public void It_grows_if_the_reply_shares_of_all_come_too_late_but_not_for_one_that_falls_silent()
    {
        Measure(700, 1, 2, 3);
        for (int i = 0; i < 10; i++) _patience.Miss(new ReplicaId(1));
        Assert.Equal(SharePatience.LeastMicros, _patience.Micros);
        _patience.Miss(new ReplicaId(2));
        Assert.Equal(2 * SharePatience.LeastMicros, _patience.Micros);
        for (int i = 0; i < 10; i++) _patience.Miss(new ReplicaId(2));
        Assert.Equal(SharePatience.MostMicros, _patience.Micros);
        Measure(700, 1, 2);
        Assert.Equal(SharePatience.LeastMicros, _patience.Micros);
    }

    private void Measure(long micros, params int[] replicas)
    {
        for (int i = 0; i < 60; i++)
        {
            foreach (int replica in replicas) _patience.Measure(new ReplicaId(replica), micros);
        }
    }
}
