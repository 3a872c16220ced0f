namespace BftCloud.Links;

/// <summary>Memory that all remotes of a port share. Safe for any number of threads.</summary>
internal sealed class TotalBudget(long bytesMax)
{
    private long _reserved;

    /// <summary>What is left; negative if more is taken than there is.</summary>
    public long Free => bytesMax - Interlocked.Read(ref _reserved);

    /// <summary>Twice as much is taken as there is.</summary>
    public bool IsOverdrawn => Free < -bytesMax;

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= bytesMax) return true;
        Release(bytes);
        return false;
    }

    /// <summary>Takes memory also if there is too little.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _reserved, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);
}
