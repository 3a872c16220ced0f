using System.Runtime.InteropServices;
using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>
/// What several senders have sent, each in its order, taken by turns that weigh what each sender's items cost: of the
/// lanes with something in them, the one that has been served least comes next (start-time fair queueing). A lane that
/// had nothing to send saves nothing up, and owes only what was charged for what it sent.
/// Any thread adds and releases. One thread does all the rest, and it alone touches lanes.
/// Invariants: the items of a lane are taken in order; a lane with items waits, is being served, or is held back; one
/// that is held back is not served.
/// </summary>
/// <param name="quantumTicks">A lane is served on until it was charged so much: to change lanes costs a little.</param>
internal sealed class FairQueue<TItem>(long quantumTicks)
{
    /// <summary>A list that had to be larger than this is not kept.</summary>
    private const int ArrivalsKept = 4096;

    private readonly Lock _gate = new();

    // By what each was served when it was put there; it may have been charged more since.
    private readonly PriorityQueue<FairLane<TItem>, long> _waiting = new();
    private List<Arrival> _arriving = [];
    private List<Arrival> _arrived = [];
    private volatile bool _hasArrivals;
    private FairLane<TItem>? _current;
    private long _currentUntil;

    // What the lane had been served that was taken from last: where lanes begin that had nothing.
    private long _servedTicks;

    /// <summary>Something may be taken.</summary>
    public bool HasNext
    {
        get
        {
            TakeArrivals();
            return _waiting.Count > 0 || _current is { Count: > 0, IsHeldBack: false };
        }
    }

    public void Add(FairLane<TItem> lane, TItem item) => Arrive(new Arrival(lane, item, IsRelease: false));

    /// <summary>A lane is no longer held back.</summary>
    public void Release(FairLane<TItem> lane) => Arrive(new Arrival(lane, default!, IsRelease: true));

    /// <summary>Takes the next item; false if all lanes are empty or held back.</summary>
    public bool TryTake(out FairLane<TItem> lane, out TItem item)
    {
        TakeArrivals();
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

    private void Arrive(in Arrival arrival)
    {
        lock (_gate)
        {
            _arriving.Add(arrival);
            _hasArrivals = true;
        }
    }

    private void TakeArrivals()
    {
        if (!_hasArrivals) return;
        lock (_gate)
        {
            (_arriving, _arrived) = (_arrived, _arriving);
            _hasArrivals = false;
        }
        foreach (ref readonly Arrival arrival in CollectionsMarshal.AsSpan(_arrived)) Take(arrival);
        if (_arrived.Count > ArrivalsKept) _arrived = [];
        else _arrived.Clear();
    }

    private void Take(in Arrival arrival)
    {
        FairLane<TItem> lane = arrival.Lane;
        if (arrival.IsRelease)
        {
            if (lane.Place == FairLanePlace.HeldBack) Wait(lane);
            return;
        }
        lane.Items.Enqueue(arrival.Item);
        if (lane.Place != FairLanePlace.Idle) return;
        lane.ServedTicks = Math.Max(lane.ServedTicks, _servedTicks);
        Wait(lane);
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

    /// <summary>What another thread has to say about a lane.</summary>
    private readonly record struct Arrival(FairLane<TItem> Lane, TItem Item, bool IsRelease);
}
