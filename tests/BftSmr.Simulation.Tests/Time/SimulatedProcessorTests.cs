using BftCloud.Simulation;
using BftSmr.Simulation.Time;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Tests.Time;

public class SimulatedProcessorTests
{
    private static readonly ProcessorCosts s_costs = new() { FrameNanos = 10_000, KibibyteNanos = 1_000 };

    private readonly World _world = new(3, 0, Wording.Of);
    private readonly List<(long AtMicros, string What)> _done = [];

    [Fact]
    public void Inputs_wait_while_the_processor_is_busy_and_the_replicas_own_come_first()
    {
        SimulatedProcessor processor = new(_world, s_costs, replicas: 4);
        Assert.True(processor.TryPost(1, 10, () => Work(processor, "first", 30_000)));
        Assert.True(processor.TryPost(2, 10, () => Work(processor, "second", 5_000)));
        processor.Post(() => Work(processor, "own", 7_000));
        Run();
        Assert.Equal([(0, "first"), (30, "own"), (37, "second")], _done);
    }

    [Fact]
    public void What_costs_less_than_a_microsecond_adds_up()
    {
        SimulatedProcessor processor = new(_world, s_costs, replicas: 4);
        for (int i = 0; i < 10; i++) Assert.True(processor.TryPost(1, 10, () => Work(processor, "", 250)));
        Run();
        Assert.Equal([0L, 0, 0, 0, 1, 1, 1, 1, 2, 2], _done.Select(static d => d.AtMicros));
    }

    [Fact]
    public void What_is_sent_leaves_when_all_before_it_is_done_and_outside_of_work_nothing_counts()
    {
        SimulatedProcessor processor = new(_world, s_costs, replicas: 4);
        processor.Charge(1_000_000);
        Assert.Equal(0, processor.SpentMicros);
        processor.Post(() =>
        {
            processor.Charge(3_000);
            processor.ChargeBytes(2 << 10);
            Assert.Equal(5, processor.SpentMicros);
        });
        Assert.Equal(0, processor.SpentMicros);
    }

    [Fact]
    public void The_link_of_a_client_of_whom_too_much_waits_is_not_read_and_others_are()
    {
        SimulatedProcessor processor = new(_world, s_costs, replicas: 4);
        processor.Post(() => Work(processor, "busy", 1_000_000));
        int taken = 0;
        while (processor.TryPost(9, 768, () => Work(processor, "", 1))) taken++;
        Assert.Equal(SimulatedProcessor.ClientUnreadBytesMax / 1_024, taken);
        Assert.True(processor.TryPost(8, 768, () => Work(processor, "", 1)));
        Assert.True(processor.TryPost(0, 768, () => Work(processor, "", 1)));
        Run();
        Assert.True(processor.TryPost(9, 768, () => Work(processor, "", 1)));
    }

    [Fact]
    public void A_processor_that_is_paused_or_stopped_does_nothing()
    {
        SimulatedProcessor processor = new(_world, s_costs, replicas: 4);
        processor.Pause();
        processor.Post(() => Work(processor, "after the pause", 5_000));
        Run();
        Assert.Empty(_done);
        processor.Resume();
        processor.Post(() => Work(processor, "never", 1));
        processor.Stop();
        Run();
        Assert.Equal("after the pause", Assert.Single(_done).What);
    }

    private void Work(SimulatedProcessor processor, string what, long nanos)
    {
        _done.Add((_world.NowMicros, what));
        processor.Charge(nanos);
    }

    private void Run() => _world.RunUntil(_world.NowMicros + 10_000_000, static () => false, long.MaxValue);
}
