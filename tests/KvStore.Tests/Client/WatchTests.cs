using System.Text;
using BftSmr;

namespace KvStore.Tests.Client;

/// <summary>A watch tells every change, or that it missed some.</summary>
public sealed class WatchTests : IAsyncDisposable
{
    private readonly ManualTime _clock = new();
    private readonly LocalService _service;
    private readonly KvClient _client;
    private readonly IAsyncEnumerator<KvChange> _watch;

    public WatchTests()
    {
        _service = new LocalService(_clock);
        _client = new KvClient(_service, _clock);
        _watch = _client.WatchAsync(new KvWatchOptions { Keys = ["k"], Prefixes = ["p/"] }).GetAsyncEnumerator();
    }

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    [Fact]
    public async Task Changes_are_told_in_order_with_agreed_time_and_value()
    {
        await _client.PutAsync("k", "before");
        Assert.Equal("Begun 1 0", await NextAsync());
        await _client.PutAsync("k", "1");
        await _client.PutAsync("other", "1");
        await _client.PutAsync("p/1", "2");
        await _client.DeleteAsync("k");
        Assert.Equal("String 2 1 k 1", await NextAsync());
        Assert.Equal("String 4 1 p/1 2", await NextAsync());
        Assert.Equal("Deleted 5 0 k", await NextAsync());
        Assert.InRange(_watch.Current.Time!.Value, DateTimeOffset.UnixEpoch, _clock.GetUtcNow().AddSeconds(1));
        Task<string> next = NextAsync();
        await WaitAsync();
        await _client.PutAsync("k", "later");
        Assert.Equal("String 6 5 k later", await PassedAsync(next));
    }

    [Fact]
    public async Task It_asks_ever_less_often_while_nothing_comes_and_renews_in_time()
    {
        KvWatchOptions defaults = new();
        await NextAsync();
        Task<string> next = NextAsync();
        TimeSpan passed = TimeSpan.Zero;
        while (passed < TimeSpan.FromSeconds(300))
        {
            TimeSpan wait = await WaitAsync();
            Assert.InRange(wait, defaults.IntervalMin, defaults.IntervalMax);
            _clock.Advance(wait);
            passed += wait;
        }
        Assert.InRange(_service.Queries, 1, 1_250);
        Assert.InRange(_service.Invocations, 12, 17);
        await _client.PutAsync("k", "x");
        Assert.Equal("String 1 1 k x", await PassedAsync(next));
    }

    [Fact]
    public async Task Who_pauses_for_long_is_told_what_it_missed_and_goes_on()
    {
        await NextAsync();
        await _client.PutAsync("k", "1");
        _clock.Advance(2 * ChangeFeed.Recorded);
        await _client.PutAsync("k", "2");
        Assert.Equal("Missed 2 2", await NextAsync());
        await _client.PutAsync("k", "3");
        Assert.Equal("String 3 1 k 3", await PassedAsync(NextAsync()));
    }

    [Fact]
    public async Task Who_pauses_while_nothing_changes_misses_nothing()
    {
        await NextAsync();
        _clock.Advance(2 * ChangeFeed.Recorded);
        Task<string> next = NextAsync();
        await WaitAsync();
        await _client.PutAsync("k", "1");
        Assert.Equal("String 1 1 k 1", await PassedAsync(next));
    }

    [Fact]
    public async Task Who_lags_behind_more_than_is_kept_is_told_how_much()
    {
        await NextAsync();
        string value = new('x', 5_000);
        const int Changes = 5_000;
        for (int i = 0; i < Changes; i++) await _client.PutAsync("k", value);
        string missed = await NextAsync();
        Assert.StartsWith("Missed ", missed, StringComparison.Ordinal);
        long after = _watch.Current.Revision;
        Assert.InRange(after, 1, Changes - 1);
        Assert.Equal(after, _watch.Current.Size);
        for (long revision = after + 1; revision <= Changes; revision++)
        {
            await _watch.MoveNextAsync();
            KvChange change = _watch.Current;
            Assert.Equal((KvChangeKind.String, revision, 5_000L), (change.Kind, change.Revision, change.Size));
            Assert.Equal(KvLimits.ChangeValueBytesMax, change.Value!.Value.Length);
        }
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_ends_it()
    {
        await NextAsync();
        _service.Failure = new BftTimeoutException("late", mayHaveExecuted: false);
        await Assert.ThrowsAsync<BftTimeoutException>(NextAsync);
    }

    [Fact]
    public async Task It_names_at_least_one_key_and_not_too_many()
    {
        foreach (int count in (int[])[0, KvLimits.WatchedMax + 1])
        {
            KvWatchOptions options = new() { Keys = [.. Enumerable.Repeat(new KvBytes("k"), count)] };
            IAsyncEnumerator<KvChange> watch = _client.WatchAsync(options).GetAsyncEnumerator();
            await watch.MoveNextAsync();
            KvException refused = await Assert.ThrowsAsync<KvException>(async () => await watch.MoveNextAsync());
            Assert.Equal(KvErrorCode.Malformed, refused.Code);
        }
    }

    private async Task<string> NextAsync()
    {
        Assert.True(await _watch.MoveNextAsync());
        KvChange change = _watch.Current;
        string value = change.Value is { } bytes ? " " + Encoding.UTF8.GetString(bytes.Span) : "";
        string key = change.Key.IsEmpty ? "" : " " + Encoding.UTF8.GetString(change.Key.Span);
        return $"{change.Kind} {change.Revision} {change.Size}{key}{value}";
    }

    /// <summary>The time until the watch asks again, once it waits.</summary>
    private async Task<TimeSpan> WaitAsync()
    {
        TimeSpan? wait;
        while ((wait = _clock.NextWithin(new KvWatchOptions().IntervalMax)) is null) await Task.Yield();
        return wait.Value;
    }

    /// <summary>What comes, while time passes as the watch waits.</summary>
    private async Task<string> PassedAsync(Task<string> next)
    {
        while (!next.IsCompleted)
        {
            if (_clock.NextWithin(new KvWatchOptions().IntervalMax) is { } wait) _clock.Advance(wait);
            await Task.Yield();
        }
        return await next;
    }
}
