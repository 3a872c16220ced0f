using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Simulation.Time;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Tests.Time;

public class SimulatedProcessorTests
{
    private static readonly ProcessorCosts s_costs = new() { FrameNanos = 10_000, KibibyteNanos = 1_000 };

    private readonly World _world = new(3, 0, Wording.Of);
    private readonly List<(long AtMicros, string What)> _done = [];
    private readonly Dictionary<int, long> _unsent = [];

    [Fact]
    public void Inputs_wait_while_the_processor_is_busy_and_the_replicas_own_come_first()
    {
        SimulatedProcessor processor = Create();
        Assert.True(processor.TryPost(1, 10, () => Work(processor, "first", 30_000)));
        Assert.True(processor.TryPost(2, 10, () => Work(processor, "second", 5_000)));
        processor.Post(() => Work(processor, "own", 7_000));
        Run();
        Assert.Equal([(0, "first"), (30, "own"), (37, "second")], _done);
    }

    [Fact]
    public void What_costs_less_than_a_microsecond_adds_up()
    {
        SimulatedProcessor processor = Create();
        for (int i = 0; i < 10; i++) Assert.True(processor.TryPost(1, 10, () => Work(processor, "", 250)));
        Run();
        Assert.Equal([0L, 0, 0, 0, 1, 1, 1, 1, 2, 2], _done.Select(static d => d.AtMicros));
    }

    [Fact]
    public void What_is_sent_leaves_when_all_before_it_is_done_and_outside_of_work_nothing_counts()
    {
        SimulatedProcessor processor = Create();
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
        SimulatedProcessor processor = Create();
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
        SimulatedProcessor processor = Create();
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

    [Fact]
    public void Frames_of_replicas_come_before_those_of_clients_that_are_there_already()
    {
        SimulatedProcessor processor = Create();
        processor.Post(() => Work(processor, "busy", 1_000));
        Assert.True(processor.TryPost(9, 10, () => Work(processor, "client", 1_000)));
        Assert.True(processor.TryPost(2, 10, () => Work(processor, "replica", 1_000)));
        Run();
        Assert.Equal(["busy", "replica", "client"], _done.Select(static d => d.What));
    }

    [Fact]
    public void Bulk_comes_last_and_a_flood_of_it_leaves_messages_their_turns()
    {
        SimulatedProcessor processor = Create();
        processor.Post(() => Work(processor, "busy", 1_000));
        for (int i = 0; i < 100; i++)
            Assert.True(processor.TryPost(1, 10, () => Work(processor, "bulk", 1_000_000), isBulk: true));
        Assert.True(processor.TryPost(9, 10, () => Work(processor, "client", 1_000)));
        Assert.True(processor.TryPost(1, 10, () =>
        {
            Work(processor, "replica", 1_000);
            _world.After(10_000, () => Assert.True(processor.TryPost(1, 10, () => Work(processor, "vote", 1_000))));
        }));
        Run();
        Assert.Equal(["busy", "replica", "client", "bulk"], _done.Take(4).Select(static d => d.What));
        // It waits for the frames of one turn at most, not for all that came before it.
        Assert.InRange(_done.Find(static d => d.What == "vote").AtMicros, 10_000, 13_000);
    }

    [Fact]
    public void The_link_for_bulk_of_a_replica_of_which_too_much_waits_is_not_read_and_its_other_one_is()
    {
        SimulatedProcessor processor = Create();
        processor.Post(() => Work(processor, "busy", 1_000_000));
        int taken = 0;
        while (processor.TryPost(1, 768, () => Work(processor, "", 1), isBulk: true)) taken++;
        Assert.Equal(SimulatedProcessor.BulkUnreadBytesMax / 1_024, taken);
        Assert.True(processor.TryPost(1, 768, () => Work(processor, "", 1)));
    }

    [Fact]
    public void A_flood_of_a_replica_leaves_clients_half_of_the_time()
    {
        SimulatedProcessor processor = Create();
        for (int i = 0; i < 100; i++)
        {
            Assert.True(processor.TryPost(2, 10, () => Work(processor, "replica", 1_000_000)));
            Assert.True(processor.TryPost(9, 10, () => Work(processor, "client", 1_000_000)));
        }
        Run();
        Assert.InRange(_done.Take(100).Count(static d => d.What == "client"), 45, 55);
    }

    [Fact]
    public void Clients_get_equal_time_whatever_number_of_frames_they_send()
    {
        SimulatedProcessor processor = Create();
        for (int i = 0; i < 200; i++) Assert.True(processor.TryPost(9, 10, () => Work(processor, "many", 500_000)));
        for (int i = 0; i < 10; i++) Assert.True(processor.TryPost(8, 10, () => Work(processor, "few", 500_000)));
        Run();
        Assert.True(_done.FindLastIndex(static d => d.What == "few") < 25);
    }

    [Fact]
    public void What_is_done_for_a_client_counts_against_it_not_against_the_sender_of_the_frame()
    {
        SimulatedProcessor processor = Create();
        for (int i = 0; i < 20; i++)
        {
            Assert.True(processor.TryPost(9, 10, () =>
            {
                Work(processor, "other", 0);
                processor.Charge(new ClientId(8), 1_000_000);
            }));
            Assert.True(processor.TryPost(8, 10, () => Work(processor, "charged", 1_000_000)));
        }
        Run();
        Assert.True(_done.FindLastIndex(static d => d.What == "other") < 23);
        Assert.Equal(40_000, _done[^1].AtMicros + 1_000);
    }

    [Fact]
    public void A_read_that_is_due_waits_for_its_client_and_is_answered_at_once_in_its_turn()
    {
        SimulatedProcessor processor = Create();
        Assert.True(processor.TryPost(9, 10, () => Work(processor, "client", 1_000)));
        Run();
        Assert.True(processor.TryPost(2, 10, () =>
        {
            Assert.True(processor.TryDefer(new ClientId(9), () => Work(processor, "deferred", 1_000)));
            Work(processor, "replica", 1_000);
        }));
        Run();
        Assert.True(processor.TryPost(9, 10, () =>
        {
            Assert.True(processor.TryDefer(new ClientId(9), () => Work(processor, "at once", 1_000)));
            Work(processor, "client", 1_000);
        }));
        Run();
        Assert.Equal(["client", "replica", "deferred", "at once", "client"], _done.Select(static d => d.What));
    }

    [Fact]
    public void A_client_that_takes_no_replies_waits_until_it_does()
    {
        SimulatedProcessor processor = Create();
        _unsent[9] = SimulatedProcessor.ClientUnsentBytesMax + 1;
        Assert.True(processor.TryPost(9, 10, () => Work(processor, "held back", 1_000)));
        Assert.True(processor.TryPost(8, 10, () => Work(processor, "other", 1_000)));
        Run();
        Assert.Equal("other", Assert.Single(_done).What);
        _unsent[9] = 0;
        Run();
        Assert.Equal("held back", _done[^1].What);
    }

    private SimulatedProcessor Create() => new(_world, s_costs, replicas: 4)
    {
        ClientOf = static node => new ClientId(node), UnsentBytes = node => _unsent.GetValueOrDefault(node),
    };

    private void Work(SimulatedProcessor processor, string what, long nanos)
    {
        _done.Add((_world.NowMicros, what));
        processor.Charge(nanos);
    }

    private void Run() => _world.RunUntil(_world.NowMicros + 10_000_000, static () => false, long.MaxValue);
}
