namespace DepSky.Client;

/// <summary>What the operations of a client share.</summary>
internal sealed record ClientServices(TimeProvider Time, CloudStatistics Statistics, Stragglers Stragglers)
{
    private readonly long _start = Time.GetTimestamp();
    private readonly long _startMicros = 1000 * Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Microseconds of the Unix epoch that never go back, whatever is done to the machine's clock.</summary>
    public long NowMicros => _startMicros + (long)Time.GetElapsedTime(_start).TotalMicroseconds;
}
