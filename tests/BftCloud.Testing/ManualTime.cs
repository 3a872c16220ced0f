namespace BftCloud.Testing;

/// <summary>
/// A clock that stands still until it is moved; timers fire on the thread that moves it. It begins with the year 2026,
/// and with 0 ticks.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int Timers
    {
        get
        {
            lock (_gate) return _timers.Count;
        }
    }

    /// <summary>
    /// How long until the next timer that fires once, and waits no longer than this, is due; null if there is
    /// none.
    /// </summary>
    public TimeSpan? NextWithin(TimeSpan within)
    {
        lock (_gate)
        {
            Timer? next = _timers.Where(
                timer => timer.Period == 0 && timer.Due <= _now + within.Ticks).MinBy(static timer => timer.Due);
            return next is null ? null : TimeSpan.FromTicks(next.Due - _now);
        }
    }

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => s_begin.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    /// <summary>Time passes: each timer fires at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        long end = GetTimestamp() + by.Ticks;
        while (true)
        {
            Timer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due);
                Interlocked.Exchange(ref _now, next?.Due ?? end);
                if (next is null) return;
                next.Due = next.Period > 0 ? next.Due + next.Period : long.MaxValue;
            }
            next.Fire();
        }
    }

    /// <summary>
    /// Time has passed at once, as for a process that stood still: timers that were due fire late, at the new time.
    /// </summary>
    public void Jump(TimeSpan by)
    {
        Timer[] due;
        lock (_gate)
        {
            _now += by.Ticks;
            due = [.. _timers.Where(timer => timer.Due <= _now).OrderBy(static timer => timer.Due)];
            foreach (Timer timer in due) timer.Due = timer.Period > 0 ? _now + timer.Period : long.MaxValue;
        }
        foreach (Timer timer in due) timer.Fire();
    }

    private sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public long Due { get; set; } = long.MaxValue;

        public long Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime < TimeSpan.Zero ? long.MaxValue : time.GetTimestamp() + dueTime.Ticks;
                Period = period < TimeSpan.Zero ? 0 : period.Ticks;
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._gate) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
