namespace BftSmr.Sessions;

/// <summary>
/// Numbers of sessions, their nonces: microseconds of the client's clock and a tail. A client whose clock is far ahead
/// would use up all numbers before its own. So a number may be a day ahead of agreed time at most, or a little above
/// the floor of its client. A client that is refused is told from where on numbers are free.
/// Invariant: what a client is told is free, is above its floor, and the bound on numbers admits it.
/// </summary>
internal static class SessionNumber
{
    /// <summary>Bits below the microseconds.</summary>
    public const int TailBits = 12;

    private const long AheadMicros = 86_400_000_000;

    /// <summary>
    /// Clients are told multiples of this, about a second. So replicas tell alike that refuse at slightly different
    /// times, and each client has room to draw a number of its own.
    /// </summary>
    private const ulong Step = 1UL << 32;

    /// <summary>The highest number with which a session may open.</summary>
    /// <param name="floor">The floor of the client.</param>
    /// <param name="agreedTimeMicros">The agreed time of the batch.</param>
    public static ulong Highest(ulong floor, long agreedTimeMicros)
    {
        ulong aboveFloor = floor > ulong.MaxValue - 2 * Step ? ulong.MaxValue : floor + 2 * Step;
        return Math.Max(aboveFloor, At(agreedTimeMicros + AheadMicros));
    }

    /// <summary>
    /// Where free numbers begin: this one and all up to the next multiple of 2^32 are admitted. 0 if the client used
    /// them all up.
    /// </summary>
    /// <param name="refused">The number that was refused.</param>
    /// <param name="floor">The floor of the client.</param>
    /// <param name="agreedTimeMicros">The agreed time of the batch, or the last one.</param>
    public static ulong FirstFree(ulong refused, ulong floor, long agreedTimeMicros)
    {
        bool isAhead = refused > Highest(floor, agreedTimeMicros);
        ulong above = isAhead ? Math.Max(floor, At(agreedTimeMicros)) : floor;
        return above > ulong.MaxValue - 2 * Step ? 0 : (above / Step + 1) * Step;
    }

    private static ulong At(long unixMicros) =>
        unixMicros <= 0 ? 0 : unixMicros >= 1L << (64 - TailBits) ? ulong.MaxValue : (ulong)unixMicros << TailBits;
}
