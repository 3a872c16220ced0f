using System.Runtime.CompilerServices;

namespace BftSmr.Client;

/// <summary>
/// One timer for all connections of a process. Its due time is rounded up to a grid: many connections, which as a rule
/// find nothing to do, wake a thread once rather than each for itself. Safe for any number of threads.
/// </summary>
internal sealed class SharedTimer
{
    private const long GridMicros = 16_000;

    // Timers of the framework have a limit; one that goes off in vain is set again.
    private const long WaitMicrosMax = 86_400_000_000;

    // Timers go off a little before their time by the clock, which is why the clock is asked, and the timer set again
    // if need be.
    private static readonly TimeSpan s_margin = TimeSpan.FromMilliseconds(1);
    private static readonly ConditionalWeakTable<TimeProvider, SharedTimer> s_all = [];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, HashSet<Alarm>> _set = [];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armedMicros = long.MaxValue;

    private SharedTimer(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(
            static timer => ((SharedTimer)timer!).GoOff(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Microseconds of the clock that never goes back.</summary>
    public long NowMicros => _time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The one of all that live by this clock.</summary>
    public static SharedTimer Of(TimeProvider time) => s_all.GetValue(time, static time => new SharedTimer(time));

    /// <summary>The point of the grid at which an alarm set to this time goes off.</summary>
    public static long RoundUp(long micros) => (micros + (GridMicros - 1)) / GridMicros * GridMicros;

    /// <param name="onDue">Is called on any thread, and must be quick.</param>
    public Alarm CreateAlarm(Action onDue) => new(this, onDue);

    private void Set(Alarm alarm, long dueMicros)
    {
        lock (_gate)
        {
            if (alarm.DueMicros == dueMicros) return;
            if (_set.TryGetValue(alarm.DueMicros, out HashSet<Alarm>? before) && before.Remove(alarm)
                && before.Count == 0) _set.Remove(alarm.DueMicros);
            alarm.DueMicros = dueMicros;
            if (dueMicros == long.MaxValue) return;
            if (!_set.TryGetValue(dueMicros, out HashSet<Alarm>? together)) _set.Add(dueMicros, together = []);
            together.Add(alarm);
            if (dueMicros < _armedMicros) Arm(dueMicros);
        }
    }

    private void Arm(long dueMicros)
    {
        _armedMicros = dueMicros;
        long wait = Math.Clamp(dueMicros - NowMicros, 0, WaitMicrosMax);
        _timer.Change(TimeSpan.FromMicroseconds(wait) + s_margin, Timeout.InfiniteTimeSpan);
    }

    private void GoOff()
    {
        List<Alarm> due = [];
        lock (_gate)
        {
            long now = NowMicros;
            _armedMicros = long.MaxValue;
            while (_set.Count > 0)
            {
                (long next, HashSet<Alarm> together) = _set.First();
                if (next > now)
                {
                    Arm(next);
                    break;
                }
                _set.Remove(next);
                foreach (Alarm alarm in together) alarm.DueMicros = long.MaxValue;
                due.AddRange(together);
            }
        }
        foreach (Alarm alarm in due) alarm.GoOff();
    }

    /// <summary>Goes off once each time it is set.</summary>
    internal sealed class Alarm(SharedTimer timer, Action onDue) : IDisposable
    {
        private volatile bool _isDisposed;

        /// <summary>When it goes off; <see cref="long.MaxValue"/> if never. Guarded by the timer.</summary>
        internal long DueMicros { get; set; } = long.MaxValue;

        /// <summary>Sets it to the first point of the grid that is not before this time, and to no other one.</summary>
        public void Set(long micros) => timer.Set(this, RoundUp(micros));

        /// <summary>It goes off no more, but for a call that is under way.</summary>
        public void Dispose()
        {
            _isDisposed = true;
            timer.Set(this, long.MaxValue);
        }

        internal void GoOff()
        {
            if (!_isDisposed) onDue();
        }
    }
}
