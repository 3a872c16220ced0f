using System.Net;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// Counts refused connections and logs at most one a second of each kind, so that connections cannot fill the
/// disk.
/// </summary>
internal sealed class RefusalLog(LinkPort port, LinkCounters counters, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly long?[] _lastLogged = new long?[Enum.GetValues<LinkFault>().Length];
    private readonly long[] _suppressed = new long[Enum.GetValues<LinkFault>().Length];

    public void Add(EndPoint? remote, LinkFault fault, string reason)
    {
        counters.Add(fault);
        // A connection that only looks whether the port is open is no news.
        if (fault == LinkFault.Closed) return;
        string suppressed = "";
        lock (_gate)
        {
            if (_lastLogged[(int)fault] is { } last && time.GetElapsedTime(last) < Interval)
            {
                _suppressed[(int)fault]++;
                return;
            }
            if (_suppressed[(int)fault] > 0)
                suppressed = $" ({_suppressed[(int)fault]} more like this were not logged)";
            _suppressed[(int)fault] = 0;
            _lastLogged[(int)fault] = time.GetTimestamp();
        }
        TransportLog.Refused(logger, remote, port, fault, reason, suppressed);
    }
}
