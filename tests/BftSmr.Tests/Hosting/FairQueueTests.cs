using BftSmr.Hosting;

namespace BftSmr.Tests.Hosting;

public sealed class FairQueueTests
{
    private const long Quantum = 100;

    private readonly FairQueue<int> _queue = new(Quantum);

    [Fact]
    public void Lanes_share_the_time_whatever_their_items_cost()
    {
        FairLane<int> cheap = new(), dear = new();
        for (int i = 0; i < 10_000; i++)
        {
            _queue.Add(cheap, 1);
            _queue.Add(dear, 50);
        }
        Dictionary<FairLane<int>, long> served = Serve(20_000);
        Assert.InRange(served[cheap], served[dear] - 2 * Quantum, served[dear] + 2 * Quantum);
    }

    [Fact]
    public void A_lane_that_comes_late_does_not_wait_for_those_that_were_busy()
    {
        FairLane<int> busy = new(), late = new();
        for (int i = 0; i < 1000; i++) _queue.Add(busy, 80);
        Serve(8000);
        _queue.Add(late, 10);
        long busyBefore = Serve(2 * Quantum, until: late).GetValueOrDefault(busy);
        Assert.InRange(busyBefore, 0, Quantum + 80);
    }

    [Fact]
    public void A_lane_that_was_idle_has_saved_nothing_up()
    {
        FairLane<int> busy = new(), idle = new();
        _queue.Add(idle, 1);
        Serve(1);
        for (int i = 0; i < 2000; i++) _queue.Add(busy, 10);
        Serve(10_000);
        for (int i = 0; i < 1000; i++) _queue.Add(idle, 10);
        Dictionary<FairLane<int>, long> served = Serve(5000);
        Assert.InRange(served[idle], served[busy] - 2 * Quantum, served[busy] + 2 * Quantum);
    }

    [Fact]
    public void What_is_charged_later_is_owed()
    {
        FairLane<int> asks = new(), other = new();
        for (int i = 0; i < 1000; i++)
        {
            _queue.Add(asks, 10);
            _queue.Add(other, 10);
        }
        asks.Charge(3000); // its operations were executed
        Dictionary<FairLane<int>, long> served = Serve(5000);
        Assert.InRange(served[other] - served.GetValueOrDefault(asks), 3000 - 3 * Quantum, 3000 + 3 * Quantum);
    }

    [Fact]
    public void The_items_of_a_lane_stay_in_order()
    {
        FairLane<int> first = new(), second = new();
        for (int i = 1; i <= 500; i++)
        {
            _queue.Add(first, i);
            _queue.Add(second, 1000 + i);
        }
        List<int> taken = [];
        while (_queue.TryTake(out FairLane<int> lane, out int item))
        {
            taken.Add(item);
            lane.Charge(7);
        }
        Assert.Equal(Enumerable.Range(1, 500), taken.Where(static i => i <= 500));
        Assert.Equal(Enumerable.Range(1001, 500), taken.Where(static i => i > 1000));
    }

    [Fact]
    public void Nothing_is_taken_of_a_lane_that_is_held_back()
    {
        bool isHeldBack = true;
        FairLane<int> held = new(() => isHeldBack), free = new();
        _queue.Add(held, 1);
        _queue.Add(free, 2);
        Assert.Equal([2], Drain());
        Assert.False(_queue.HasNext);
        _queue.Add(held, 3);
        Assert.Equal([], Drain());

        isHeldBack = false;
        _queue.Release(held);
        Assert.True(_queue.HasNext);
        Assert.Equal([1, 3], Drain());
        _queue.Release(held); // nothing to release
        Assert.False(_queue.HasNext);
    }

    [Fact]
    public void A_lane_is_left_as_soon_as_it_is_held_back()
    {
        bool isHeldBack = false;
        FairLane<int> lane = new(() => isHeldBack);
        _queue.Add(lane, 1);
        _queue.Add(lane, 2);
        Assert.True(_queue.TryTake(out _, out int item));
        Assert.Equal(1, item);
        isHeldBack = true;
        Assert.False(_queue.HasNext);
        Assert.Equal([], Drain());
        isHeldBack = false;
        _queue.Release(lane);
        Assert.Equal([2], Drain());
    }

    private List<int> Drain()
    {
        List<int> taken = [];
        while (_queue.TryTake(out _, out int item)) taken.Add(item);
        return taken;
    }

    /// <summary>Takes items, each of which costs its number, until so much was spent or a lane had its turn.</summary>
    private Dictionary<FairLane<int>, long> Serve(long ticks, FairLane<int>? until = null)
    {
        Dictionary<FairLane<int>, long> served = [];
        while (ticks > 0 && _queue.TryTake(out FairLane<int> lane, out int cost))
        {
            served[lane] = served.GetValueOrDefault(lane) + cost;
            lane.Charge(cost);
            ticks -= cost;
            if (lane == until) break;
        }
        return served;
    }
}
