using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace KvStore.Tests.Caching;

public class KvDistributedCacheTests
{
    private readonly ManualTime _clock = new();
    private readonly KvClient _client;
    private readonly KvDistributedCache _cache;

    public KvDistributedCacheTests()
    {
        _client = new KvClient(new LocalService(_clock), _clock);
        _cache = new KvDistributedCache(_client, new KvDistributedCacheOptions { KeyPrefix = "p:" }, _clock);
    }

    [Fact]
    public async Task Keeps_values_under_its_prefix()
    {
        Assert.Null(await _cache.GetAsync("a"));
        await _cache.SetAsync("a", [1, 2, 3], new DistributedCacheEntryOptions());
        _clock.Advance(TimeSpan.FromDays(1000));
        Assert.Equal([1, 2, 3], await _cache.GetAsync("a"));
        Assert.True(await _client.ExistsAsync("p:a"));
        await _cache.RemoveAsync("a");
        Assert.Null(_cache.Get("a"));
    }

    [Fact]
    public void Absolute_expiry()
    {
        _cache.Set(
            "a", [], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        _cache.Set("b", [], new DistributedCacheEntryOptions { AbsoluteExpiration = _clock.GetUtcNow().AddMinutes(2) });
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(_cache.Get("a"));
        _clock.Advance(TimeSpan.FromSeconds(1.001)); // agreed time runs ahead of the clock by a microsecond a batch
        Assert.Null(_cache.Get("a"));
        Assert.NotNull(_cache.Get("b"));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(_cache.Get("b"));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _cache.Set("c", [], new DistributedCacheEntryOptions { AbsoluteExpiration = _clock.GetUtcNow() }));
    }

    [Fact]
    public async Task A_sliding_window_slides_by_use_but_not_beyond_the_absolute_time()
    {
        await _cache.SetAsync(
            "a", [7],
            new DistributedCacheEntryOptions
            {
                SlidingExpiration = TimeSpan.FromSeconds(10),
                AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(25),
            });
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(await _cache.GetAsync("a"));
        _clock.Advance(TimeSpan.FromSeconds(9));
        await _cache.RefreshAsync("a");
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull(await _cache.GetAsync("a"));
        _clock.Advance(TimeSpan.FromSeconds(2.001));
        Assert.Null(await _cache.GetAsync("a"));
        await _cache.SetAsync(
            "b", [7], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        _clock.Advance(TimeSpan.FromSeconds(10.001));
        Assert.Null(await _cache.GetAsync("b"));
    }

    [Fact]
    public void Is_the_applications_cache()
    {
        using ServiceProvider provider =
            new ServiceCollection().AddSingleton(_client).AddKvDistributedCache().BuildServiceProvider();
        IDistributedCache cache = provider.GetRequiredService<IDistributedCache>();
        cache.SetString("a", "text");
        Assert.Equal("text", cache.GetString("a"));
    }
}
