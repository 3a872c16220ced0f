using BftCloud.Primitives;

namespace BftSmr.Core;

/// <summary>
/// How long a replica waits for the reply shares of others before it answers without them. An answer that leaves too
/// early has clients blame replicas that are far away; one that leaves late makes them wait for one that is silent. So
/// the time follows what was measured: per replica the smoothed latency and four deviations, as for timeouts (RFC
/// 6298). Of these counts the (f+1)-th largest: f replicas that are slow on purpose do not stretch it. Invariant: it
/// is within its bounds.
/// </summary>
/// <param name="quorums">The sizes of the cluster.</param>
/// <param name="initialMicros">The patience before anything was measured.</param>
internal sealed class SharePatience(Quorums quorums, long initialMicros)
{
    /// <summary>A collection of garbage, or a flush, takes as long: no replica is to blame for that.</summary>
    public const long LeastMicros = 50_000;

    /// <summary>Beyond that clients have given up.</summary>
    public const long MostMicros = 500_000;

    private readonly Latency[] _latencies = new Latency[quorums.Replicas];
    private readonly long[] _scratch = new long[quorums.Replicas];

    public long Micros { get; private set; } = initialMicros;

    /// <summary>A reply share came after this time.</summary>
    public void Measure(ReplicaId from, long micros)
    {
        ref Latency latency = ref _latencies[from.Value];
        micros = Math.Clamp(micros, 1, MostMicros);
        if (latency.Timeout == 0) (latency.Smoothed, latency.Deviation) = (micros, micros / 2);
        else
        {
            latency.Deviation += (Math.Abs(latency.Smoothed - micros) - latency.Deviation) / 4;
            latency.Smoothed += (micros - latency.Smoothed) / 8;
        }
        Expect(ref latency, latency.Smoothed + 4 * latency.Deviation);
    }

    /// <summary>A reply share did not come in time: if those of others do not either, the patience grows.</summary>
    public void Miss(ReplicaId from)
    {
        ref Latency latency = ref _latencies[from.Value];
        if (latency.Timeout > 0) Expect(ref latency, 2 * latency.Timeout);
    }

    private void Expect(ref Latency latency, long timeout)
    {
        timeout = Math.Clamp(timeout, LeastMicros, MostMicros);
        if (timeout == latency.Timeout) return;
        latency.Timeout = timeout;
        int measured = 0;
        foreach (ref readonly Latency each in _latencies.AsSpan())
        {
            if (each.Timeout > 0) _scratch[measured++] = each.Timeout;
        }
        Array.Sort(_scratch, 0, measured);
        Micros = _scratch[Math.Max(0, measured - quorums.OneCorrect)];
        Invariant.Holds(Micros is >= LeastMicros and <= MostMicros, "the patience for reply shares is within bounds");
    }

    /// <summary>What was measured of one replica, microseconds; its timeout is 0 if nothing was.</summary>
    private record struct Latency(long Smoothed, long Deviation, long Timeout);
}
