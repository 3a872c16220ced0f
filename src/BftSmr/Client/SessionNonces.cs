using BftSmr.Sessions;

namespace BftSmr.Client;

/// <summary>
/// Nonces for sessions: Unix time in microseconds with a random tail, strictly increasing in the process. The tail
/// keeps processes apart that share an identity and open sessions in the same microsecond. Where the replicas refuse
/// such a nonce, they say which ones are free.
/// </summary>
internal static class SessionNonces
{
    private static ulong _last;
    private static int _told = Random.Shared.Next();

    /// <summary>The next one by the clock.</summary>
    public static ulong Next(TimeProvider time)
    {
        ulong unixMicros = (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        ulong candidate = unixMicros << SessionNumber.TailBits | (uint)Random.Shared.Next(1 << SessionNumber.TailBits);
        while (true)
        {
            ulong last = Volatile.Read(ref _last);
            ulong next = Math.Max(candidate, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last) return next;
        }
    }

    /// <summary>
    /// One of the 2^32 from a multiple of 2^32 on. A process counts through them from a random place on, so it repeats
    /// none, and two processes hardly meet.
    /// </summary>
    public static ulong From(ulong firstFree) => firstFree + (uint)Interlocked.Increment(ref _told);
}
