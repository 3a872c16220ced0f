using Memcache.Client.Tests.Client;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Memcache.Client.Tests.Caching;

public sealed class MemcacheDistributedCacheTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly TestCache _servers;
    private readonly MemcacheDistributedCache _cache;

    public MemcacheDistributedCacheTests()
    {
        _servers = new TestCache(new MemcacheServerOptions { TimeProvider = _time });
        _cache = new MemcacheDistributedCache(
            _servers.Client, new MemcacheDistributedCacheOptions { KeyPrefix = "p:" }, _time);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task Keeps_values_under_its_prefix()
    {
        Assert.Null(await _cache.GetAsync("a"));
        await _cache.SetAsync("a", [1, 2, 3], new DistributedCacheEntryOptions());
        Assert.Equal([1, 2, 3], await _cache.GetAsync("a"));
        Assert.NotNull(await _servers.Client.GetAsync("p:a"));
        await _cache.RemoveAsync("a");
        Assert.Null(_cache.Get("a"));
    }

    [Fact]
    public void Any_text_is_a_key()
    {
        string[] keys =
            ["", "a b", "\r\n", new string('k', 1000), new string('k', 1001), "#a", "\ud800", "\ud801", "é"];
        foreach ((int i, string key) in keys.Index()) _cache.Set(key, [(byte)i], new DistributedCacheEntryOptions());
        foreach ((int i, string key) in keys.Index()) Assert.Equal([(byte)i], _cache.Get(key)!);
    }

    [Fact]
    public void Absolute_expiry()
    {
        _cache.Set(
            "a", [], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        _cache.Set("b", [], new DistributedCacheEntryOptions { AbsoluteExpiration = _time.GetUtcNow().AddDays(60) });
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(_cache.Get("a"));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(_cache.Get("a"));
        _time.Advance(TimeSpan.FromDays(59));
        Assert.NotNull(_cache.Get("b"));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(_cache.Get("b"));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _cache.Set("c", [], new DistributedCacheEntryOptions { AbsoluteExpiration = _time.GetUtcNow() }));
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
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.NotNull(await _cache.GetAsync("a"));
        _time.Advance(TimeSpan.FromSeconds(8));
        await _cache.RefreshAsync("a");
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.NotNull(await _cache.GetAsync("a"));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await _cache.GetAsync("a"));
    }

    [Fact]
    public async Task What_others_keep_there_is_as_good_as_nothing()
    {
        await _servers.Client.SetAsync("p:a", new byte[15]);
        await _servers.Client.SetAsync("p:b", Enumerable.Repeat((byte)0xff, 20).ToArray());
        Assert.Null(await _cache.GetAsync("a"));
        Assert.Null(await _cache.GetAsync("b"));
        await _cache.RefreshAsync("b");
    }

    [Fact]
    public async Task An_application_registers_it()
    {
        ServiceCollection services = new();
        services.AddSingleton(_servers.Client).AddMemcacheDistributedCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        IDistributedCache cache = provider.GetRequiredService<IDistributedCache>();
        await cache.SetStringAsync("a", "text");
        Assert.Equal("text", await cache.GetStringAsync("a"));
        Assert.Throws<ArgumentException>(() => new MemcacheDistributedCache(
            _servers.Client, new MemcacheDistributedCacheOptions { KeyPrefix = "a b" }));
    }
}
