using BftSmr.Core;

namespace BftSmr.Simulation.Time;

/// <summary>
/// One machine's clocks: a monotonic one that starts anew at boot and runs a little fast or slow, and a wall clock that
/// may be wrong.
/// </summary>
internal sealed class SimulatedClock(long driftPpm, long skewMicros)
{
    /// <summary>
    /// What the wall clock of a perfect machine shows when a simulation begins, microseconds since the Unix epoch.
    /// </summary>
    public const long EpochMicros = 1_800_000_000_000_000;

    private long _bootedAtMicros;

    /// <summary>How far the wall clock is ahead; may be changed at any time.</summary>
    public long SkewMicros { get; set; } = skewMicros;

    public void Boot(long nowMicros) => _bootedAtMicros = nowMicros;

    public ClockReading Read(long nowMicros)
    {
        long up = nowMicros - _bootedAtMicros;
        return new ClockReading(up + up * driftPpm / 1_000_000, EpochMicros + nowMicros + SkewMicros);
    }

    /// <summary>The first virtual time from now on at which the monotonic clock shows at least this much.</summary>
    public long When(long monotonicMicros, long nowMicros)
    {
        if (monotonicMicros <= Read(nowMicros).MonotonicMicros) return nowMicros;
        if (monotonicMicros >= long.MaxValue / 2) return long.MaxValue;
        long guess = _bootedAtMicros + (long)((Int128)monotonicMicros * 1_000_000 / (1_000_000 + driftPpm));
        while (Read(guess).MonotonicMicros < monotonicMicros) guess++;
        return guess;
    }
}
