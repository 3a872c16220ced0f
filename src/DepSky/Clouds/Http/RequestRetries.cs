using System.Globalization;
using System.Net.Http.Headers;

namespace DepSky.Clouds.Http;

/// <summary>
/// Tries a cloud's requests again when the cloud is busy, breaks off or does not answer. Waits double from try to try,
/// are shortened at random so that clients do not come back together, and are as long as the cloud asks for. Only
/// requests that may be carried out twice belong here; all of <see cref="ICloud"/> are such.
/// </summary>
internal sealed class RequestRetries(string cloud, RequestPolicy policy)
{
    /// <summary>Where nothing listens, or all tries before were in vain, a request is not tried more often.</summary>
    private const int HopelessTriesMax = 2;

    private readonly Random _random = policy.Seed is int seed ? new Random(seed) : new Random();
    private readonly Lock _lock = new();
    private long _retries;
    private volatile bool _hasGivenUp;

    /// <summary>How many requests were sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Carries a request out until it succeeds, fails for good, or the deadline is near.</summary>
    /// <param name="attempt">One try: it must be possible to make another after it failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> RunAsync<T>(Func<RequestPatience, Task<T>> attempt, CancellationToken cancellationToken)
    {
        long started = policy.Time.GetTimestamp();
        for (int tries = 1; ; tries++)
        {
            TimeSpan wait;
            try
            {
                using RequestPatience patience = new(policy, cancellationToken);
                T result = await attempt(patience).ConfigureAwait(false);
                _hasGivenUp = false;
                return result;
            }
            catch (CloudException e) when (e.IsTransient)
            {
                if (WaitAfter(e, tries, policy.Time.GetElapsedTime(started)) is not TimeSpan next)
                {
                    _hasGivenUp = true;
                    if (tries == 1) throw;
                    throw new CloudException(
                        cloud, e.Kind,
                        string.Create(CultureInfo.InvariantCulture, $"{e.What} It was tried {tries} times."), e);
                }
                wait = next;
            }
            Interlocked.Increment(ref _retries);
            await Task.Delay(wait, policy.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How long a service asks to wait: in seconds, or until a date.</summary>
    /// <param name="after">What it asks.</param>
    /// <param name="now">The time by its own clock; null if it does not tell.</param>
    public TimeSpan? WaitOf(RetryConditionHeaderValue? after, DateTimeOffset? now)
    {
        TimeSpan? wait = after?.Delta ?? after?.Date - (now ?? policy.Time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>How long to wait before the next try; null if there is to be none.</summary>
    private TimeSpan? WaitAfter(CloudException failure, int tries, TimeSpan elapsed)
    {
        if ((_hasGivenUp || failure.IsRefused) && tries >= HopelessTriesMax) return null;
        double doubled = policy.FirstWait.TotalMilliseconds * Math.Pow(2, Math.Min(tries - 1, 20));
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Min(doubled, policy.WaitMax.TotalMilliseconds) * Jitter());
        if (failure.RetryAfter > wait) wait = failure.RetryAfter.Value;
        return elapsed + wait < policy.Deadline ? wait : null;
    }

    private double Jitter()
    {
        lock (_lock) return 0.5 + _random.NextDouble() / 2;
    }
}
