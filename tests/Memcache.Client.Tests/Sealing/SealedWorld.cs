using System.Text;

namespace Memcache.Client.Tests.Sealing;

/// <summary>A database, a cache server that may lie, and two processes' sealed caches on them.</summary>
internal sealed class SealedWorld : IAsyncDisposable
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];

    private readonly SealedCacheOptions _options;

    public SealedWorld(TimeSpan? staleFor = null)
    {
        Server = new LyingServer(Time);
        _options = new SealedCacheOptions { StaleFor = staleFor ?? TimeSpan.Zero, TimeProvider = Time };
        Client = NewClient();
        OtherClient = NewClient();
        Cache = new SealedCache(Client, s_key, _options);
        OtherCache = new SealedCache(OtherClient, s_key, _options);
    }

    public static TimeSpan MaxAge { get; } = TimeSpan.FromSeconds(10);

    public ManualTime Time { get; } = new();

    public LyingServer Server { get; }

    public TestDatabase Database { get; } = new();

    public MemcacheClient Client { get; }

    public MemcacheClient OtherClient { get; }

    public SealedCache Cache { get; }

    public SealedCache OtherCache { get; }

    /// <summary>A cache of the same server with another key or clock.</summary>
    public SealedCache NewCache(byte keyByte = 0, TimeProvider? clock = null, string space = "") => new(
        Client, [keyByte, .. s_key.AsSpan(1)], _options with { TimeProvider = clock ?? Time, Space = space });

    public Task<SealedValue> GetAsync(
        string key, long atLeast = 0, SealedCache? cache = null, TimeSpan? maxAge = null) =>
        (cache ?? Cache).GetOrReadAsync(key, maxAge ?? MaxAge, Database.Read(key), atLeast);

    public async Task<string?> TextAsync(
        string key, long atLeast = 0, SealedCache? cache = null, TimeSpan? maxAge = null) =>
        Text(await GetAsync(key, atLeast, cache, maxAge));

    /// <summary>
    /// Lets time pass until a task is done, 20 ms whenever something waits for time. False: it is not after so long.
    /// </summary>
    public async Task<bool> PassAsync(Task task, int seconds)
    {
        for (int i = 0; i < 50 * seconds && !task.IsCompleted; i++)
        {
            await WaitsAsync(task);
            if (!task.IsCompleted) Time.Advance(TimeSpan.FromMilliseconds(20));
        }
        await WaitsAsync(task);
        return task.IsCompleted;
    }

    /// <summary>Waits until a task is done, or something waits for time.</summary>
    public Task WaitsAsync(Task task) =>
        Patience.UntilAsync(() => task.IsCompleted || Time.Timers > 0, "a reader goes on, or waits for time");

    public static string? Text(SealedValue value) =>
        value.Value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await OtherClient.DisposeAsync();
        await Server.DisposeAsync();
    }

    // Calls have real time: only ages and leases are the test's.
    private MemcacheClient NewClient() =>
        new(new MemcacheClientOptions { Servers = [Server.Name], Timeout = Patience.Time });
}
