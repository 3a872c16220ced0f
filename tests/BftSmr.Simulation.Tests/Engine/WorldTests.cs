using BftCloud.Simulation;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Tests.Engine;

public class WorldTests
{
    [Fact]
    public void Time_stands_where_the_last_event_was_or_where_it_was_told_to_run_to()
    {
        World world = new(1, 10, Wording.Of);
        List<long> seen = [];
        world.At(30, () => seen.Add(world.NowMicros));
        world.At(10, () => world.After(5, () => seen.Add(world.NowMicros)));
        world.RunUntil(20, static () => false, 100);
        Assert.Equal([15L], seen);
        Assert.Equal(20, world.NowMicros);
        world.RunUntil(100, static () => false, 100);
        Assert.Equal([15L, 30], seen);
        Assert.Equal(100, world.NowMicros);
    }

    [Fact]
    public void Events_that_cause_events_without_end_are_a_livelock()
    {
        World world = new(1, 10, Wording.Of);
        void Again() => world.After(0, Again);
        Again();
        world.RunUntil(10, static () => false, 1000);
        Assert.Equal("livelock", world.Violation?.Promise);
    }

    [Fact]
    public void The_first_violation_ends_the_simulation_and_carries_seed_time_and_story()
    {
        World world = new(99, 10, Wording.Of);
        world.At(7, () =>
        {
            world.Tell("r0", "does wrong");
            world.Violate("agreement", "one");
            world.Violate("liveness", "two");
        });
        world.At(8, () => Assert.Fail("This must not run any more."));
        world.RunUntil(100, static () => false, 1000);
        Assert.NotNull(world.Violation);
        Assert.Equal(
            ("agreement", "one", 99UL, 7L),
            (world.Violation.Promise, world.Violation.Description, world.Violation.Seed, world.Violation.AtMicros));
        Assert.Contains(world.Violation.Trace, static line => line.Contains("does wrong", StringComparison.Ordinal));
    }

    [Fact]
    public void The_trace_hash_tells_different_stories_apart_although_the_story_keeps_only_its_last_lines()
    {
        Trace one = new(2, Wording.Of), same = new(2, Wording.Of), other = new(2, Wording.Of);
        foreach ((Trace trace, string first) in ((Trace, string)[])[(one, "a"), (same, "a"), (other, "b")])
        {
            trace.Tell(1, "r0", first);
            trace.Tell(2, "r1", "x");
            trace.Tell(3, "r1", "y");
        }
        Assert.Equal(one.Hash, same.Hash);
        Assert.NotEqual(one.Hash, other.Hash);
        Assert.Equal(2, one.Lines().Count);
    }
}
