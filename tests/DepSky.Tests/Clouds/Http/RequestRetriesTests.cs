using System.Net.Http.Headers;
using DepSky.Clouds.Http;

namespace DepSky.Tests.Clouds.Http;

public sealed class RequestRetriesTests
{
    private readonly ManualTime _time = new();
    private readonly RequestPolicy _policy;
    private readonly RequestRetries _retries;

    public RequestRetriesTests()
    {
        _policy = RequestPolicy.For(TimeSpan.FromSeconds(60), _time) with { Seed = 1 };
        _retries = new RequestRetries("cloud", _policy);
    }

    [Fact]
    public async Task A_busy_cloud_is_asked_again_with_waits_that_grow_and_differ()
    {
        List<TimeSpan> waits = [];

        int tries = await RunAsync(failures: 6, Busy(), waits);

        Assert.Equal(7, tries);
        Assert.Equal(6, _retries.Retries);
        for (int i = 0; i < waits.Count; i++)
        {
            double full = Math.Min(200 * Math.Pow(2, i), 5000);
            Assert.InRange(waits[i].TotalMilliseconds, full / 2, full);
        }
        Assert.Equal(waits.Count, waits.Select(static wait => wait.Ticks).Distinct().Count());
    }

    [Fact]
    public async Task A_cloud_is_left_alone_for_as_long_as_it_asks()
    {
        List<TimeSpan> waits = [];

        await RunAsync(failures: 1, Busy(TimeSpan.FromSeconds(7)), waits);

        Assert.Equal([TimeSpan.FromSeconds(7)], waits);
    }

    [Fact]
    public async Task A_cloud_that_asks_for_more_than_there_is_time_fails_at_once()
    {
        List<TimeSpan> waits = [];

        await Assert.ThrowsAsync<CloudException>(() => RunAsync(failures: 1, Busy(TimeSpan.FromHours(1)), waits));

        Assert.Empty(waits);
    }

    [Fact]
    public async Task The_last_try_ends_before_the_deadline_and_its_reason_is_told()
    {
        List<TimeSpan> waits = [];

        CloudException error = await Assert.ThrowsAsync<CloudException>(
            () => RunAsync(failures: int.MaxValue, Busy(), waits));

        Assert.True(waits.Aggregate(static (sum, wait) => sum + wait) < TimeSpan.FromSeconds(48));
        Assert.Contains($"busy. It was tried {waits.Count + 1} times.", error.Message, StringComparison.Ordinal);

        waits.Clear();
        await Assert.ThrowsAsync<CloudException>(() => RunAsync(failures: int.MaxValue, Busy(), waits));
        Assert.Single(waits); // it is known to be down
    }

    [Fact]
    public async Task What_is_refused_for_good_is_not_asked_again()
    {
        List<TimeSpan> waits = [];

        await Assert.ThrowsAsync<CloudException>(
            () => RunAsync(1, new CloudException("cloud", CloudFailure.Denied, "no."), waits));

        Assert.Empty(waits);
    }

    [Fact]
    public async Task A_try_in_which_nothing_moves_is_ended_and_one_that_moves_is_not()
    {
        Task<bool> running = _retries.RunAsync(async patience =>
        {
            await Task.Yield();
            for (int i = 0; i < 10; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(20));
                Assert.False(patience.Token.IsCancellationRequested);
                patience.Progress();
            }
            _time.Advance(TimeSpan.FromSeconds(31));
            return patience.Token.IsCancellationRequested;
        }, default);

        Assert.True(await running);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("Thu, 01 Jan 2026 00:00:30 GMT", 30)]
    [InlineData("Wed, 31 Dec 2025 00:00:30 GMT", 0)]
    public void Retry_after_is_seconds_or_a_date(string header, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds), _retries.WaitOf(RetryConditionHeaderValue.Parse(header), null));

    private static CloudException Busy(TimeSpan? after = null) =>
        new("cloud", CloudFailure.Unavailable, "busy.") { IsTransient = true, RetryAfter = after };

    /// <summary>Fails so often; time passes only while it is waited for.</summary>
    private async Task<int> RunAsync(int failures, CloudException failure, List<TimeSpan> waits)
    {
        int tries = 0;
        Task<int> running = _retries.RunAsync(
            _ => ++tries <= failures ? Task.FromException<int>(failure) : Task.FromResult(tries), default);
        while (!running.IsCompleted)
        {
            // A longer one is that of a try, which may be under way on another thread.
            TimeSpan wait = _time.NextWithin(_policy.Stall / 2) ?? default;
            if (wait == default)
            {
                await Task.Yield();
                continue;
            }
            waits.Add(wait);
            _time.Advance(wait);
        }
        return await running;
    }
}
