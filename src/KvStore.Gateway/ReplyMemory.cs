namespace KvStore.Gateway;

/// <summary>
/// What the replies that clients have not taken yet may occupy, over all connections of a gateway. A connection may
/// hold as much as is still free: one that takes nothing gets half of all at most, and always leaves room for others.
/// </summary>
internal sealed class ReplyMemory(long bytesMax, TimeProvider clock)
{
    /// <summary>A backlog of this size, once taken, leaves a heap worth giving back, bytes.</summary>
    private const long ReturnedFrom = 32L << 20;

    private static readonly TimeSpan ReturnInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _held, _highest, _returnedAt;
    private bool _returnIsDue;

    /// <summary>Replies kept now, bytes.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Takes room. False, and nothing is taken, if the connection would then hold more than is free.</summary>
    /// <param name="held">What the connection holds already, bytes.</param>
    /// <param name="more">What it wants besides, bytes.</param>
    public bool TryTake(long held, long more)
    {
        lock (_lock)
        {
            if (held + more > bytesMax - _held - more) return false;
            _held += more;
            _highest = Math.Max(_highest, _held);
            return true;
        }
    }

    /// <summary>Whether a connection that holds nothing could take so much.</summary>
    public bool Fits(long bytes) => bytes <= bytesMax - Held - bytes;

    /// <summary>
    /// Gives room back. When little is left of a large backlog, the process gives its memory back too: an idle gateway
    /// would otherwise keep it until its next collection, which may be hours away.
    /// </summary>
    public void Return(long bytes)
    {
        TimeSpan wait;
        lock (_lock)
        {
            _held -= bytes;
            if (_highest < ReturnedFrom || _held > _highest / 8 || _returnIsDue) return;
            _highest = _held;
            _returnIsDue = true;
            wait = _returnedAt == 0 ? TimeSpan.Zero : ReturnInterval - clock.GetElapsedTime(_returnedAt);
        }
        _ = ReturnToSystemAsync(wait);
    }

    private async Task ReturnToSystemAsync(TimeSpan wait)
    {
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock).ConfigureAwait(false);
        await Task.Yield(); // never within the connection that called
        lock (_lock)
        {
            _returnIsDue = false;
            _returnedAt = clock.GetTimestamp();
        }
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
