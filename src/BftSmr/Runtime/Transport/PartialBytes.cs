namespace BftSmr.Runtime.Transport;

/// <summary>The bytes of frames that have begun but not ended, over all links of one remote, and their bound. Safe for any number of threads.</summary>
internal sealed class PartialBytes(long max)
{
    private long _reserved;

    public bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= max) return true;
        Interlocked.Add(ref _reserved, -bytes);
        return false;
    }

    public void Release(int bytes) => Interlocked.Add(ref _reserved, -bytes);
}
