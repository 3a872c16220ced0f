namespace DepSky.Client;

/// <summary>What the operations of a client share.</summary>
internal sealed record ClientServices(TimeProvider Time, CloudStatistics Statistics, Stragglers Stragglers)
{
    private readonly long _start = Time.GetTimestamp();
    private readonly long _startMicros = 1000 * Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Microseconds of the Unix epoch that never go back, even if the machine's clock is set back.</summary>
    public long NowMicros => _startMicros + (long)Time.GetElapsedTime(_start).TotalMicroseconds;
}
