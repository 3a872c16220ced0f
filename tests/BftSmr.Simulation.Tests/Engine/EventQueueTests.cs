using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Engine;

public class EventQueueTests
{
    [Fact]
    public void Events_come_in_the_order_of_time_and_those_of_one_moment_in_the_order_of_scheduling()
    {
        SimulationRandom random = new(5);
        EventQueue queue = new();
        List<(long At, int Number)> expected = [], run = [];
        for (int i = 0; i < 2000; i++)
        {
            long at = random.Next(50);
            int number = i;
            expected.Add((at, number));
            queue.Add(at, () => run.Add((at, number)));
        }
        while (queue.Count > 0)
        {
            Action next = queue.Take(out _);
            next();
        }
        Assert.Equal(expected.Order(), run);
        Assert.Equal(long.MaxValue, queue.NextMicros);
        Assert.Throws<InvalidOperationException>(() => queue.Take(out _));
    }
}
