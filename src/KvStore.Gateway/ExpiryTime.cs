namespace KvStore.Gateway;

/// <summary>Times of expiry in seconds or milliseconds, made what the store takes.</summary>
internal static class ExpiryTime
{
    private const long MicrosPerMilli = 1000;
    private const long MillisPerSecond = 1000;
    private const long MillisMax = KvLimits.ExpiryMicrosMax / MicrosPerMilli;

    /// <summary>False if the time is beyond what the store takes. Any time in the past is as good as another.</summary>
    public static bool TryScale(long amount, bool inSeconds, out long micros)
    {
        micros = 0;
        long unit = inSeconds ? MillisPerSecond : 1;
        if (amount > MillisMax / unit || amount < long.MinValue / unit) return false;
        micros = Math.Max(amount * unit, long.MinValue / MicrosPerMilli) * MicrosPerMilli;
        return true;
    }
}
