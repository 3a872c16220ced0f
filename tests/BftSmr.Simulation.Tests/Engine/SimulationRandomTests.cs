using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Engine;

public class SimulationRandomTests
{
    [Fact]
    public void The_same_seed_draws_the_same_numbers_on_every_machine()
    {
        // SplitMix64(42) seeds xoshiro256**: computed independently from the published reference code.
        SimulationRandom random = new(42);
        Assert.Equal(
            [0x15780B2E0C2EC716UL, 0x6104D9866D113A7E, 0xAE17533239E499A1, 0xECB8AD4703B360A1, 0xFDE6DC7FE2EC5E64],
            Enumerable.Range(0, 5).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void A_forked_stream_does_not_depend_on_what_was_drawn_before()
    {
        SimulationRandom fresh = new(7), used = new(7);
        for (int i = 0; i < 100; i++) used.NextUInt64();
        Assert.Equal(fresh.Fork("disk", 3).NextUInt64(), used.Fork("disk", 3).NextUInt64());
        Assert.NotEqual(fresh.Fork("disk", 3).NextUInt64(), fresh.Fork("disk", 4).NextUInt64());
        Assert.NotEqual(fresh.Fork("disk", 3).NextUInt64(), fresh.Fork("network", 3).NextUInt64());
    }

    [Fact]
    public void Numbers_stay_within_their_bounds_and_reach_both_ends()
    {
        SimulationRandom random = new(1);
        long[] drawn = [.. Enumerable.Range(0, 1000).Select(_ => random.Between(-2, 2))];
        Assert.Equal([-2L, -1, 0, 1, 2], drawn.Distinct().Order());
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(random.Next(3), 0, 2));
        Assert.False(random.Chance(0));
        Assert.True(random.Chance(1));
    }
}
