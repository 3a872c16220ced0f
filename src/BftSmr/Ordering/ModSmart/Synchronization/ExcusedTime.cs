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
}
