using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// How many bytes a second a group of links may send. Each pays for what it sent before it sends more, and those that
/// wait are served in order: of k links that always have something to send, each gets a k-th. Safe for any number of
/// threads.
/// </summary>
/// <param name="bytesPerSecond">For all of them together.</param>
/// <param name="time">Measures it.</param>
internal sealed class SendPace(long bytesPerSecond, TimeProvider time)
{
    /// <summary>Bytes that may leave at once after a rest.</summary>
    public const int BurstBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly long _burstTicks = TicksOf(BurstBytes, bytesPerSecond, time);
    private long _paidTicks = long.MinValue;

    /// <summary>So many bytes were sent; the link sends no more until the task is complete.</summary>
    public Task PayAsync(int bytes)
    {
        Invariant.Holds(bytes >= 0, "no less than nothing is sent");
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _paidTicks = Math.Max(_paidTicks, now - _burstTicks) + TicksOf(bytes, bytesPerSecond, time);
            return _paidTicks <= now ? Task.CompletedTask : Task.Delay(time.GetElapsedTime(now, _paidTicks), time);
        }
    }

    private static long TicksOf(int bytes, long bytesPerSecond, TimeProvider time) =>
        (long)((double)bytes * time.TimestampFrequency / bytesPerSecond);
}
