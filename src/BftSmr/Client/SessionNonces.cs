namespace BftSmr.Client;

/// <summary>
/// Nonces for sessions: Unix time in microseconds with a random tail, strictly increasing in the process. The tail
/// keeps processes apart that share an identity and open sessions in the same microsecond.
/// </summary>
internal static class SessionNonces
{
    private const int TailBits = 12;

    private static ulong _last;

    /// <summary>
    /// The next one, that much ahead of the clock: where another machine with the same identity has a clock that is
    /// ahead of ours.
    /// </summary>
    public static ulong Next(TimeProvider time, TimeSpan ahead = default)
    {
        ulong unixMicros = (ulong)(
            time.GetUtcNow() - DateTimeOffset.UnixEpoch + ahead).Ticks / TimeSpan.TicksPerMicrosecond;
        ulong candidate = unixMicros << TailBits | (uint)Random.Shared.Next(1 << TailBits);
        while (true)
        {
            ulong last = Volatile.Read(ref _last);
            ulong next = Math.Max(candidate, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last) return next;
        }
    }
}
