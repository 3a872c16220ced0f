namespace DepSky.Tests.Client;

public sealed class LockTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly TestClouds _clouds = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _clouds.Dispose();

    private DepSkyClient Client() =>
        _clouds.Client(o => o with { TimeProvider = _time, CallTimeout = TimeSpan.FromHours(1) });

    [Fact]
    public async Task One_writer_at_a_time_has_the_lock()
    {
        await using DepSkyClient a = Client(), b = Client();
        UnitLock held = await a.LockAsync("u", Lease);
        UnitLockedException refused = await Assert.ThrowsAsync<UnitLockedException>(() => b.LockAsync("u", Lease));
        Assert.Contains("2026-01-01 00:00:30", refused.Message, StringComparison.Ordinal);
        await using UnitLock other = await b.LockAsync("v", Lease);
        await held.DisposeAsync();
        await using UnitLock next = await b.LockAsync("u", Lease);
        Assert.Equal("u", next.Unit);
    }

    [Fact]
    public async Task Of_many_who_try_at_the_same_time_at_most_one_gets_it()
    {
        for (int round = 0; round < 20; round++)
        {
            await using DepSkyClient client = Client();
            string unit = $"u{round}";
            UnitLock?[] locks = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                try
                {
                    return await client.LockAsync(unit, Lease);
                }
                catch (UnitLockedException)
                {
                    return null;
                }
            }));
            Assert.InRange(locks.Count(l => l is not null), 0, 1);
            foreach (UnitLock? held in locks)
            {
                if (held is not null) await held.DisposeAsync();
            }
            await using UnitLock free = await client.LockAsync(unit, Lease);
        }
    }

    [Fact]
    public async Task A_crashed_holder_is_succeeded_when_its_lease_has_run_out()
    {
        await using DepSkyClient a = Client(), b = Client();
        UnitLock held = await a.LockAsync("u", Lease);
        await a.PutAsync("u", new MemoryStream([1]), new PutOptions { Lock = held });
        foreach (TestCloud cloud in _clouds.All)
            cloud.Before = (verb, name, _) =>
                verb == "put"
                    && name.Contains("/.lock/", StringComparison.Ordinal)
                        ? throw new IOException("cut off")
                        : Task.CompletedTask;
        _time.Jump(Lease + TimeSpan.FromSeconds(1));
        foreach (TestCloud cloud in _clouds.All) cloud.Up();
        await using UnitLock next = await b.LockAsync("u", Lease);
        Assert.True(next.Epoch > held.Epoch);
    }

    /// <summary>
    /// The holder is stopped between its last block and its metadata, long enough for another to take the lock and
    /// write; then it goes on.
    /// </summary>
    [Fact]
    public async Task A_writer_that_lost_its_lease_overwrites_nothing()
    {
        await using DepSkyClient a = Client(), b = Client();
        UnitLock lost = await a.LockAsync("u", Lease);
        await a.PutAsync("u", new MemoryStream([1]), new PutOptions { Lock = lost });

        TaskCompletionSource stopped = new(), goesOn = new();
        int metadataPuts = 0;
        foreach (TestCloud cloud in _clouds.All)
        {
            cloud.Before = async (verb, name, _) =>
            {
                if (verb == "put" && name.Contains("/.lock/", StringComparison.Ordinal))
                    throw new IOException("cut off");
                if (verb != "put" || !name.EndsWith(".m", StringComparison.Ordinal)) return;
                if (Interlocked.Increment(ref metadataPuts) == 4) stopped.SetResult();
                await goesOn.Task;
            };
        }
        Task late = a.PutAsync("u", new MemoryStream([2]), new PutOptions { Lock = lost });
        await stopped.Task;
        foreach (TestCloud cloud in _clouds.All) cloud.Up();
        _time.Jump(Lease + TimeSpan.FromSeconds(1));

        await using UnitLock next = await b.LockAsync("u", Lease);
        ObjectDescription third = await b.PutAsync("u", new MemoryStream([3]), new PutOptions { Lock = next });
        goesOn.SetResult();
        await Assert.ThrowsAsync<LeaseLostException>(() => late);
        Assert.Equal([3], await b.GetAsync("u"));
        Assert.Equal(third.Version, (await a.StatAsync("u")).Version);
        await Assert.ThrowsAsync<LeaseLostException>(
            () => a.PutAsync("u", new MemoryStream([4]), new PutOptions { Lock = lost }));
        Assert.Equal([3], await a.GetAsync("u"));
    }

    [Fact]
    public async Task Taking_the_lock_keeps_the_content_and_puts_every_earlier_writer_behind()
    {
        await using DepSkyClient client = Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        await using UnitLock held = await client.LockAsync("u", Lease);
        ObjectDescription stat = await client.StatAsync("u");
        Assert.Equal(held.Epoch, stat.Version.Epoch);
        Assert.Equal(content, await client.GetAsync("u"));
        _time.Jump(TimeSpan.FromHours(1));
        await client.CollectGarbageAsync("u");
        Assert.Equal(content, await client.GetAsync("u"));
        Assert.True((await client.VerifyAsync("u")).IsReadable);
    }

    [Fact]
    public async Task A_lease_is_renewed_while_it_is_held()
    {
        await using DepSkyClient a = Client(), b = Client();
        await using UnitLock held = await a.LockAsync("u", Lease);
        for (int i = 0; i < 6; i++)
        {
            DateTimeOffset before = held.ExpiresAt;
            while (_time.NextWithin(TimeSpan.FromSeconds(10)) is null) await Task.Yield();
            _time.Jump(TimeSpan.FromSeconds(10.5));
            while (held.ExpiresAt == before) await Task.Yield();
        }
        await Assert.ThrowsAsync<UnitLockedException>(() => b.LockAsync("u", Lease));
        await a.PutAsync("u", new MemoryStream([1]), new PutOptions { Lock = held });
    }

    [Fact]
    public async Task A_cloud_cannot_lock_a_writer_out()
    {
        await using DepSkyClient client = Client();
        for (int i = 0; i < 20; i++)
            _clouds[2].Objects[$"u/.lock/{uint.MaxValue:x8}-{long.MaxValue - i:x16}-{i:x32}"] = [1, 2, 3];
        await using UnitLock held = await client.LockAsync("u", Lease);
        Assert.Equal(1u, held.Epoch);
    }
}
