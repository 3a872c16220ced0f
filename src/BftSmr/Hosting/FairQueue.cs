using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>
/// What several senders have sent, each in its order, taken by turns that weigh what each sender's items cost: of the
/// lanes with something in them, the one that has been served least comes next (start-time fair queueing). A lane that
/// had nothing to send saves nothing up, and owes only what was charged for what it sent. Any thread adds; one takes
/// and charges.
/// Invariants: the items of a lane are taken in order; a lane with items waits, is being served, or is held back; one
/// that is held back is not served.
/// </summary>
/// <param name="quantumTicks">A lane is served on until it was charged so much: to change lanes costs a little.</param>
internal sealed class FairQueue<TItem>(long quantumTicks)
{
    private readonly Lock _gate = new();

    // By what each was served when it was put there; it may have been charged more since.
    private readonly PriorityQueue<FairLane<TItem>, long> _waiting = new();
    private FairLane<TItem>? _current;
    private long _currentUntil;

    // What the lane had been served that was taken from last: where lanes begin that had nothing.
    private long _servedTicks;

    /// <summary>Something may be taken.</summary>
    public bool HasNext
    {
        get
        {
            lock (_gate) return _waiting.Count > 0 || _current is { Count: > 0, IsHeldBack: false };
        }
    }

    public void Add(FairLane<TItem> lane, TItem item)
    {
        lock (_gate)
        {
            lane.Items.Enqueue(item);
            if (lane.Place != FairLanePlace.Idle) return;
            lane.ServedTicks = Math.Max(lane.ServedTicks, _servedTicks);
            Wait(lane);
        }
    }

    /// <summary>Takes the next item; false if all lanes are empty or held back.</summary>
    public bool TryTake(out FairLane<TItem> lane, out TItem item)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_current is not null)
                {
                    lane = _current;
                    if (lane.Count > 0 && lane.ServedTicks < _currentUntil && !lane.IsHeldBack)
                    {
                        item = lane.Items.Dequeue();
                        return true;
                    }
                    LeaveCurrent();
                }
                if (!_waiting.TryDequeue(out FairLane<TItem>? next, out long ticks))
                {
                    (lane, item) = (null!, default!);
                    return false;
                }
                if (next.ServedTicks > ticks) Wait(next);
                else Serve(next);
            }
        }
    }

    /// <summary>What was taken from the lane, or is done for it, cost so much.</summary>
    public void Charge(FairLane<TItem> lane, long ticks)
    {
        Invariant.Holds(ticks >= 0, "to serve a lane costs no less than nothing");
        lock (_gate) lane.ServedTicks += ticks;
    }

    /// <summary>A lane is no longer held back; any thread.</summary>
    public void Release(FairLane<TItem> lane)
    {
        lock (_gate)
        {
            if (lane.Place == FairLanePlace.HeldBack) Wait(lane);
        }
    }

    private void Serve(FairLane<TItem> lane)
    {
        Invariant.Holds(
            lane.Place == FairLanePlace.Waiting && lane.Count > 0, "a lane that is served has waited, with items");
        lane.Place = FairLanePlace.Served;
        _current = lane;
        _servedTicks = Math.Max(_servedTicks, lane.ServedTicks);
        _currentUntil = lane.ServedTicks + quantumTicks;
    }

    private void LeaveCurrent()
    {
        FairLane<TItem> lane = _current!;
        _current = null;
        if (lane.Count == 0) lane.Place = FairLanePlace.Idle;
        else if (lane.IsHeldBack) lane.Place = FairLanePlace.HeldBack;
        else Wait(lane);
    }

    private void Wait(FairLane<TItem> lane)
    {
        lane.Place = FairLanePlace.Waiting;
        _waiting.Enqueue(lane, lane.ServedTicks);
    }
}
