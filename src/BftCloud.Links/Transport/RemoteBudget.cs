namespace BftCloud.Links;

/// <summary>
/// The memory that all links of one remote may hold: frames that have begun to arrive, and frames that wait to be sent.
/// Safe for any number of threads.
/// </summary>
/// <param name="bytesMax">The limit, bytes.</param>
/// <param name="behindBytes">Beyond so much the remote is behind: it does not take what is sent to it.</param>
/// <param name="onCaughtUp">Called when it is no longer behind, by the thread that released memory.</param>
internal sealed class RemoteBudget(long bytesMax, long behindBytes = long.MaxValue, Action? onCaughtUp = null)
{
    private long _reserved;

    /// <summary>More waits than a remote that takes what it is sent lets wait.</summary>
    public bool IsBehind => Interlocked.Read(ref _reserved) > behindBytes;

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= bytesMax) return true;
        Release(bytes);
        return false;
    }

    public void Release(long bytes)
    {
        long left = Interlocked.Add(ref _reserved, -bytes);
        if (left <= behindBytes && left + bytes > behindBytes) onCaughtUp?.Invoke();
    }
}
