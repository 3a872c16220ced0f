namespace DepSky.Clouds.Http;

/// <summary>A cloud that sends requests again.</summary>
internal interface ICountsRetries
{
    /// <summary>How many requests it has sent again so far.</summary>
    long Retries { get; }
}
