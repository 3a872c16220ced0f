namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// Periods in which what waits is not held against the leader. Invariant: they are in order and do not overlap; of many
/// the oldest are forgotten.
/// </summary>
internal sealed class ExcusedTime
{
    private const int PeriodsMax = 64;

    private readonly List<(long From, long To)> _periods = [];

    /// <summary>The time between two moments is excused; not before any that was excused already.</summary>
    public void Add(long fromMicros, long toMicros)
    {
        if (_periods.Count > 0 && _periods[^1].To >= fromMicros)
        {
            _periods[^1] = (_periods[^1].From, toMicros);
            return;
        }
        if (_periods.Count == PeriodsMax) _periods.RemoveAt(0);
        _periods.Add((fromMicros, toMicros));
    }

    /// <summary>How much is excused of the time from that moment on.</summary>
    public long MicrosSince(long fromMicros)
    {
        long sum = 0;
        for (int i = _periods.Count - 1; i >= 0 && _periods[i].To > fromMicros; i--)
            sum += _periods[i].To - Math.Max(_periods[i].From, fromMicros);
        return sum;
    }

    /// <summary>The moment since which so much time has passed that is not excused.</summary>
    public long Since(long nowMicros, long micros)
    {
        long left = micros;
        for (int i = _periods.Count - 1; i >= 0; i--)
        {
            long counted = Math.Max(0, nowMicros - _periods[i].To);
            if (counted >= left) break;
            left -= counted;
            nowMicros = Math.Min(nowMicros, _periods[i].From);
        }
        return nowMicros - left;
    }
}
