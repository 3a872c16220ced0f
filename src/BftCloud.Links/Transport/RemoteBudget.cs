namespace BftCloud.Links;

/// <summary>
/// The memory that all links of one remote may hold: frames that have begun to arrive, and frames that wait to be sent.
/// Safe for any number of threads.
/// </summary>
internal sealed class RemoteBudget(long bytesMax)
{
    private long _reserved;

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= bytesMax) return true;
        Interlocked.Add(ref _reserved, -bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);
}
