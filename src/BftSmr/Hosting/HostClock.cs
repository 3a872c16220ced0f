using BftCloud.Links;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>The machine's clocks, as the core is told them.</summary>
internal static class HostClock
{
    public static ClockReading Read() =>
        new(NowMicros, (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Never goes back.</summary>
    public static long NowMicros => Reactor.NowMicros;
}
