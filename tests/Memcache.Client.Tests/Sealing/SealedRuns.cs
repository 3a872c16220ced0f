namespace Memcache.Client.Tests.Sealing;

/// <summary>Runs of sealed caches on a server that may lie; each tells the promise that was broken, or null.</summary>
internal static class SealedRuns
{
    private static readonly TimeSpan s_maxAge = SealedWorld.MaxAge;

    public static IReadOnlyDictionary<string, Func<SealedWorld, Task<string?>>> All { get; } =
        new Dictionary<string, Func<SealedWorld, Task<string?>>>
        {
            ["other keys"] = OtherKeysAsync,
            ["older values"] = OlderValuesAsync,
            ["expired values"] = ExpiredValuesAsync,
            ["the writer's limit"] = WritersLimitAsync,
            ["times to come"] = TimesToComeAsync,
            ["garbage"] = GarbageAsync,
            ["names"] = NamesAsync,
            ["always taken"] = AlwaysTakenAsync,
            ["one read"] = OneReadAsync,
            ["a failing reader"] = FailingReaderAsync,
            ["a late reader"] = LateReaderAsync,
            ["a late joiner"] = LateJoinerAsync,
            ["a joiner that knows more"] = KnowingJoinerAsync,
        };

    /// <summary>Those with a time in which old values are given.</summary>
    public static IReadOnlyDictionary<string, Func<SealedWorld, Task<string?>>> Stale { get; } =
        new Dictionary<string, Func<SealedWorld, Task<string?>>>
        {
            ["stale while renewed"] = StaleWhileRenewedAsync,
            ["stale for ever"] = StaleForEverAsync,
            ["a failing renewal"] = FailingRenewalAsync,
        };

    /// <summary>A run by its name.</summary>
    public static string? Play(string run, int seed)
    {
        _ = seed;
        return PlayAsync(run).GetAwaiter().GetResult();
    }

    public static async Task<string?> PlayAsync(string run)
    {
        bool isStale = Stale.TryGetValue(run, out Func<SealedWorld, Task<string?>>? play);
        await using SealedWorld world = new(isStale ? TimeSpan.FromSeconds(5) : null);
        try
        {
            return await (play ?? All[run])(world);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static async Task<string?> OtherKeysAsync(SealedWorld world)
    {
        world.Database.Put("a", "of a");
        world.Database.Put("b", "of b");
        await world.GetAsync("a");
        await world.GetAsync("b");
        if (await world.TextAsync("a", cache: world.OtherCache) != "of a" || world.Database.Reads != 2)
            return "a value is not taken from the cache";
        world.Server.Lie = CacheLie.OtherKey;
        return Differs("of a", await world.TextAsync("a"));
    }

    private static async Task<string?> OlderValuesAsync(SealedWorld world)
    {
        world.Database.Put("a", "old");
        await world.GetAsync("a");
        long snapshot = world.Database.Put("a", "new");
        world.Server.Lie = CacheLie.OldestValue;
        string? broken = Differs("new", await world.TextAsync("a", atLeast: snapshot));
        world.Server.Lie = CacheLie.NoDelete;
        await world.Cache.InvalidateAsync("a");
        return broken ?? Differs("new", await world.TextAsync("a", atLeast: snapshot));
    }

    private static async Task<string?> ExpiredValuesAsync(SealedWorld world)
    {
        world.Server.Lie = CacheLie.NoExpiry;
        world.Database.Put("a", "old");
        await world.GetAsync("a");
        world.Database.Put("a", "new");
        world.Time.Advance(s_maxAge);
        string? broken = Differs("old", await world.TextAsync("a"));
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        return broken ?? Differs("new", await world.TextAsync("a"));
    }

    private static async Task<string?> WritersLimitAsync(SealedWorld world)
    {
        world.Server.Lie = CacheLie.NoExpiry;
        world.Database.Put("a", "old");
        await world.GetAsync("a", maxAge: TimeSpan.FromSeconds(1));
        world.Database.Put("a", "new");
        world.Time.Advance(TimeSpan.FromSeconds(2));
        return Differs("new", await world.TextAsync("a", maxAge: s_maxAge));
    }

    private static async Task<string?> TimesToComeAsync(SealedWorld world)
    {
        ManualTime ahead = new();
        ahead.Advance(TimeSpan.FromHours(1));
        world.Server.Lie = CacheLie.NoExpiry;
        world.Database.Put("a", "old");
        await world.GetAsync("a", cache: world.NewCache(clock: ahead));
        world.Database.Put("a", "new");
        return Differs("new", await world.TextAsync("a"));
    }

    private static async Task<string?> GarbageAsync(SealedWorld world)
    {
        world.Database.Put("a", "right");
        await world.GetAsync("a");
        foreach (CacheLie lie in (CacheLie[])[CacheLie.ChangedBit, CacheLie.RandomValue, CacheLie.NoProtocol])
        {
            world.Server.Lie = lie;
            for (int i = 0; i < 50; i++)
            {
                if (Differs("right", await world.TextAsync("a")) is { } broken) return $"{lie}: {broken}";
            }
        }
        return null;
    }

    private static async Task<string?> NamesAsync(SealedWorld world)
    {
        world.Database.Put("a secret key", "a secret value");
        await world.GetAsync("a secret key");
        await world.GetAsync("a secret key", cache: world.NewCache(keyByte: 1));
        await world.GetAsync("a secret key", cache: world.NewCache(space: "other"));
        if (world.Database.Reads != 3) return "caches of different keys or spaces share values";
        if (world.Server.Heard.Contains("secret", StringComparison.Ordinal)) return "the server learns a key or value";
        return world.Server.Names.Count == 3 ? null : "the server sees that caches share a key";
    }

    private static async Task<string?> AlwaysTakenAsync(SealedWorld world)
    {
        world.Database.Put("a", "right");
        world.Server.Lie = CacheLie.AlwaysTaken;
        Task<string?> value = world.TextAsync("a");
        return await world.PassAsync(value, 4) ? Differs("right", await value) : "a reader waits for ever";
    }

    private static async Task<string?> OneReadAsync(SealedWorld world)
    {
        world.Database.Put("a", "old");
        await world.GetAsync("a");
        world.Time.Advance(s_maxAge + s_maxAge);
        world.Database.Put("a", "new");
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Database.Gate = gate.Task;
        Task<string?>[] own = [.. Enumerable.Range(0, 32).Select(_ => world.TextAsync("a"))];
        await Patience.UntilAsync(() => world.Database.Reads == 2, "the reading begins");
        Task<string?>[] others =
            [.. Enumerable.Range(0, 32).Select(_ => world.TextAsync("a", cache: world.OtherCache))];
        await Patience.UntilAsync(
            () => world.Time.Timers > 0 || world.Database.Reads > 2, "the other process waits, or reads");
        gate.SetResult();
        Task<string?[]> all = Task.WhenAll(own);
        await Patience.UntilAsync(
            () => all.IsCompleted || world.Time.Timers > 1, "the readers of the first process have the value");
        if (!all.IsCompleted) return "readers of one process wait for a lease";
        string?[] values = await all;
        await world.PassAsync(Task.WhenAll(others), 4);
        values = [.. values, .. await Task.WhenAll(others)];
        if (world.Database.Reads != 2) return $"{world.Database.Reads - 1} reads for 64 readers";
        return values.Select(static value => Differs("new", value)).FirstOrDefault(static b => b is not null);
    }

    private static async Task<string?> FailingReaderAsync(SealedWorld world)
    {
        (Task<string?> failing, TaskCompletionSource gate) = await ReadOldAsync(world);
        world.Database.Gate = Task.CompletedTask;
        Task<string?> other = world.TextAsync("a", cache: world.OtherCache);
        await world.WaitsAsync(other);
        if (other.IsCompleted) return "another process does not wait for the reader";
        gate.SetException(new IOException("no database"));
        if (!await FailsAsync(failing)) return "the failure of the database is lost";
        // One look after the lease was given back; the lease itself would last for 2 seconds.
        return await world.PassAsync(other, 1) ? Differs("old", await other) : "another process waits for the lease";
    }

    private static async Task<string?> FailingRenewalAsync(SealedWorld world)
    {
        (Task<string?> failing, TaskCompletionSource gate) = await RenewAsync(world);
        string? broken = await StaleAsync(world);
        gate.SetException(new IOException("no database"));
        if (!await FailsAsync(failing)) return "the failure of the database is lost";
        world.Database.Gate = Task.CompletedTask;
        return broken ?? Differs("new", await world.TextAsync("a", cache: world.OtherCache))
            ?? (world.Database.Reads == 3 ? null : $"{world.Database.Reads} reads");
    }

    private static async Task<bool> FailsAsync(Task task)
    {
        try
        {
            await task;
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<string?> LateReaderAsync(SealedWorld world)
    {
        (Task<string?> late, TaskCompletionSource gate) = await ReadOldAsync(world);
        world.Database.Gate = Task.CompletedTask;
        world.Database.Put("a", "new");
        if (!await world.OtherCache.InvalidateAsync("a")) return "the cache does not confirm an invalidation";
        gate.SetResult();
        await late;
        return Differs("new", await world.TextAsync("a", cache: world.OtherCache));
    }

    private static async Task<string?> LateJoinerAsync(SealedWorld world)
    {
        (Task<string?> late, TaskCompletionSource gate) = await ReadOldAsync(world);
        world.Database.Gate = Task.CompletedTask;
        world.Database.Put("a", "new");
        await world.Cache.InvalidateAsync("a");
        Task<string?> joiner = world.TextAsync("a");
        gate.SetResult();
        await late;
        return Differs("new", await joiner);
    }

    private static async Task<string?> KnowingJoinerAsync(SealedWorld world)
    {
        (Task<string?> early, TaskCompletionSource gate) = await ReadOldAsync(world);
        world.Database.Gate = Task.CompletedTask;
        long snapshot = world.Database.Put("a", "new");
        Task<string?> joiner = world.TextAsync("a", atLeast: snapshot);
        gate.SetResult();
        return Differs("old", await early) ?? Differs("new", await joiner)
            ?? Differs("new", await world.TextAsync("a"));
    }

    /// <summary>An expired value is being renewed, which lasts until the gate opens.</summary>
    private static async Task<(Task<string?> Renewing, TaskCompletionSource Gate)> RenewAsync(SealedWorld world)
    {
        world.Database.Put("a", "old");
        await world.GetAsync("a");
        world.Time.Advance(s_maxAge + TimeSpan.FromSeconds(1));
        return await ReadOldAsync(world, "new", reads: 2);
    }

    /// <summary>Another process has the old value, and does not wait for the new one.</summary>
    private static async Task<string?> StaleAsync(SealedWorld world)
    {
        Task<string?> other = world.TextAsync("a", cache: world.OtherCache);
        await Patience.UntilAsync(() => other.IsCompleted, "a reader has the old value, and does not wait");
        return Differs("old", await other);
    }

    private static async Task<string?> StaleWhileRenewedAsync(SealedWorld world)
    {
        (Task<string?> renewing, TaskCompletionSource gate) = await RenewAsync(world);
        string? broken = await StaleAsync(world) ?? Differs("old", await world.TextAsync("a"));
        gate.SetResult();
        return broken ?? Differs("new", await renewing) ?? Differs("new", await world.TextAsync("a"))
            ?? Differs("new", await world.TextAsync("a", cache: world.OtherCache))
            ?? (world.Database.Reads == 2 ? null : $"{world.Database.Reads} reads");
    }

    private static async Task<string?> StaleForEverAsync(SealedWorld world)
    {
        world.Database.Put("a", "old");
        await world.GetAsync("a");
        world.Database.Put("a", "new");
        world.Time.Advance(s_maxAge + TimeSpan.FromSeconds(6));
        world.Server.Lie = CacheLie.TakenForEver;
        Task<string?> value = world.TextAsync("a");
        return await world.PassAsync(value, 4) ? Differs("new", await value) : "a reader waits for ever";
    }

    /// <summary>A reader has its snapshot of the database, and is held up.</summary>
    private static async Task<(Task<string?> Reader, TaskCompletionSource Gate)> ReadOldAsync(
        SealedWorld world, string value = "old", int reads = 1)
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Database.Gate = gate.Task;
        world.Database.Put("a", value);
        Task<string?> reader = world.TextAsync("a");
        await Patience.UntilAsync(() => world.Database.Reads == reads, "the reader reads");
        return (reader, gate);
    }

    private static string? Differs(string expected, string? actual) =>
        actual == expected ? null : $"'{actual}' was read, not '{expected}'";
}
