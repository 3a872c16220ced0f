using System.Diagnostics;
using BftSmr.Replication;

namespace BftSmr.Runtime.Hosting;

/// <summary>The machine's clocks, as the core is told them.</summary>
internal static class HostClock
{
    private static readonly long Epoch = Stopwatch.GetTimestamp();

    public static ClockReading Read() => new(NowMicros, (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Never goes back.</summary>
    public static long NowMicros => Stopwatch.GetElapsedTime(Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
