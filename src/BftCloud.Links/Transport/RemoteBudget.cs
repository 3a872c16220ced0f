namespace BftCloud.Links;

/// <summary>
/// The memory that all links of one remote may hold: frames that have begun to arrive, and frames that wait to be sent.
/// Safe for any number of threads.
/// </summary>
/// <param name="bytesMax">The limit, bytes.</param>
internal sealed class RemoteBudget(long bytesMax)
{
    private long _reserved;

    /// <summary>Beyond so much the remote is behind: it does not take what is sent to it.</summary>
    public long BehindBytes { get; init; } = long.MaxValue;

    /// <summary>Called when it is no longer behind, by the thread that released memory.</summary>
    public Action? OnCaughtUp { get; init; }

    /// <summary>What all remotes share, if anything.</summary>
    public TotalBudget? Total { get; init; }

    /// <summary>
    /// Makes room in the total, if a remote holds more than this one would with so many bytes more, and tells whether
    /// it did. No link's gate may be held.
    /// </summary>
    public Func<RemoteBudget, long, bool>? MakeRoom { get; init; }

    /// <summary>What is reserved.</summary>
    public long Reserved => Interlocked.Read(ref _reserved);

    /// <summary>More waits than a remote that takes what it is sent lets wait.</summary>
    public bool IsBehind => Reserved > BehindBytes;

    /// <summary>False if there is no room; <see cref="TryMakeRoom"/> may help then.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= bytesMax && Total?.TryReserve(bytes) != false) return true;
        ReleaseOwn(bytes);
        return false;
    }

    /// <summary>Only the total had no room, and another remote has given way.</summary>
    public bool TryMakeRoom(long bytes) =>
        Total is not null && Reserved + bytes <= bytesMax && MakeRoom is not null && MakeRoom(this, bytes);

    public void Release(long bytes)
    {
        Total?.Release(bytes);
        ReleaseOwn(bytes);
    }

    private void ReleaseOwn(long bytes)
    {
        long left = Interlocked.Add(ref _reserved, -bytes);
        if (left <= BehindBytes && left + bytes > BehindBytes) OnCaughtUp?.Invoke();
    }
}
