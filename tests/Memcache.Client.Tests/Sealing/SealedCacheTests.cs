using BftSmr;
using KvStore;
using KvStore.Tests.Cluster;

namespace Memcache.Client.Tests.Sealing;

/// <summary>A cache that lies can forget, but gives nothing that was not true within the age limit.</summary>
public class SealedCacheTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    public static TheoryData<string> Runs => [.. SealedRuns.All.Keys, .. SealedRuns.Stale.Keys];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_promise_is_kept(string run) => Assert.Null(await SealedRuns.PlayAsync(run));

    [Fact]
    public async Task That_there_is_no_value_is_cached_as_well()
    {
        await using SealedWorld world = new();
        Assert.Null(await world.TextAsync("a"));
        Assert.Null(await world.TextAsync("a", cache: world.OtherCache));
        Assert.Equal(1, world.Database.Reads);
    }

    [Fact]
    public async Task A_server_that_is_silent_or_gone_costs_a_read_and_fails_nothing()
    {
        await using SealedWorld world = new();
        world.Database.Put("a", "right");
        world.Server.Lie = CacheLie.Silence;
        ManualTime time = new();
        await using MemcacheClient client = new(
            new MemcacheClientOptions { Servers = [world.Server.Name], TimeProvider = time });
        SealedCache cache = new(client, s_key);
        Task<string?> value = world.TextAsync("a", cache: cache);
        await Patience.UntilAsync(() => world.Server.Gets == 1, "the server hears it");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("right", await value);
        await world.Server.DisposeAsync();
        Assert.Equal("right", await world.TextAsync("a"));
        Assert.False(await world.Cache.InvalidateAsync("a"));
    }

    [Fact]
    public async Task The_failure_of_the_one_reader_is_that_of_all()
    {
        await using SealedWorld world = new();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Database.Gate = gate.Task;
        Task<SealedValue>[] readers = [.. Enumerable.Range(0, 8).Select(_ => world.GetAsync("a"))];
        await Patience.UntilAsync(() => world.Database.Reads == 1, "the reading begins");
        gate.SetException(new IOException("no database"));
        foreach (Task<SealedValue> reader in readers) await Assert.ThrowsAsync<IOException>(() => reader);
        world.Database.Gate = Task.CompletedTask;
        await world.GetAsync("a");
        Assert.Equal(2, world.Database.Reads);
    }

    [Fact]
    public async Task A_reader_that_gives_up_stops_the_reading_only_if_no_other_waits()
    {
        await using SealedWorld world = new();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Database.Gate = gate.Task;
        using CancellationTokenSource first = new(), second = new();
        CancellationToken seen = default;
        Task<SealedValue> Read(CancellationToken token) => world.Cache.GetOrReadAsync(
            "a", SealedWorld.MaxAge, readToken =>
            {
                seen = readToken;
                return world.Database.Read("a")(readToken);
            }, cancellationToken: token);
        Task<SealedValue> one = Read(first.Token), two = Read(second.Token);
        await Patience.UntilAsync(() => world.Database.Reads == 1, "the reading begins");
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(seen.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await Patience.UntilAsync(() => seen.IsCancellationRequested, "the reading is stopped");
    }

    [Fact]
    public async Task A_database_that_is_behind_the_demand_is_told()
    {
        await using SealedWorld world = new();
        world.Database.Put("a", "old");
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => world.GetAsync("a", atLeast: 7));
        Assert.Contains("snapshot 1, and 7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_key_is_refused()
    {
        MemcacheClient client = new();
        Assert.Throws<ArgumentException>(() => new SealedCache(client, new byte[31]));
    }

    [Fact]
    public async Task A_session_on_the_replicated_store_never_goes_back()
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync();
        KvClient store = new(connection);
        await using MemcacheServer server = MemcacheServer.Start(
            new MemcacheServerOptions { Listen = new(System.Net.IPAddress.Loopback, 0) });
        await using MemcacheClient client = new(new MemcacheClientOptions { Servers = [$"{server.EndPoint}"] });
        SealedCache cache = new(client, s_key);
        int reads = 0;
        long seen = 0;
        for (int round = 1; round <= 20; round++)
        {
            await store.PutAsync("a", $"{round}");
            if (round % 2 == 0) await cache.InvalidateAsync("a");
            long written = (await store.GetVersionedAsync("a"))!.Revision;
            for (int again = 0; again < 3; again++)
            {
                SealedValue value = await cache.GetOrReadAsync(
                    "a", TimeSpan.FromMinutes(1), ReadAsync, atLeast: written);
                Assert.Equal($"{round}", SealedWorld.Text(value));
                Assert.True(value.Snapshot >= seen);
                seen = value.Snapshot;
            }
        }
        Assert.Equal(20, reads);

        async Task<SealedValue> ReadAsync(CancellationToken cancellationToken)
        {
            reads++;
            KvVersioned? entry = await store.GetVersionedAsync("a", cancellationToken);
            return new SealedValue(entry?.Value, entry?.Revision ?? 0);
        }
    }
}
