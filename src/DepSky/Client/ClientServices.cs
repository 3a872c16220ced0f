namespace DepSky.Client;

/// <summary>What the operations of a client share.</summary>
internal sealed record ClientServices(TimeProvider Time, CloudStatistics Statistics, Stragglers Stragglers)
{
    private readonly long _start = Time.GetTimestamp();
    private readonly long _startMs = Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Milliseconds of the Unix epoch that never go back, whatever is done to the machine's clock.</summary>
    public long NowMs => _startMs + (long)Time.GetElapsedTime(_start).TotalMilliseconds;
}
