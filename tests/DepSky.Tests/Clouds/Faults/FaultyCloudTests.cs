using DepSky.Clouds.Faults;

namespace DepSky.Tests.Clouds.Faults;

/// <summary>
/// Without a fault it is a cloud like any other; with one it misbehaves as it is told to, and the same way each time.
/// </summary>
public sealed class FaultyCloudTests : CloudConformance
{
    private protected override Task<ICloud> OpenAsync() =>
        Task.FromResult<ICloud>(new FaultyCloud(new MemoryCloud("faulty"), seed: 1));

    private FaultyCloud Faulty => (FaultyCloud)Cloud;

    [Fact]
    public async Task Down_it_does_nothing_and_afterwards_all_is_there()
    {
        await Cloud.PutAsync("object", Bytes(10), default);
        Faulty.Faults = CloudFaults.Down;

        await FailsAsync(CloudFailure.Unavailable, Cloud.PutAsync("object", Bytes(5), default));
        await FailsAsync(CloudFailure.Unavailable, Cloud.GetAsync("object", 0, new byte[1], default));
        await FailsAsync(CloudFailure.Unavailable, Cloud.DeleteAsync("object", default));
        await FailsAsync(CloudFailure.Unavailable, ListAsync(""));

        Faulty.Faults = CloudFaults.None;
        Assert.Equal(Bytes(10), await ReadAsync("object", 20));
    }

    [Fact]
    public async Task Corrupt_it_changes_what_is_read_the_same_way_each_time()
    {
        await Cloud.PutAsync("object", Bytes(1000), default);
        Faulty.Faults = CloudFaults.Corrupt;

        byte[] first = await ReadAsync("object", 1000);
        byte[] second = await ReadAsync("object", 1000);

        Assert.NotEqual(Bytes(1000), first);
        Assert.Equal(first, second);
        Faulty.Affected = static name => name != "object";
        Assert.Equal(Bytes(1000), await ReadAsync("object", 1000));
    }

    [Fact]
    public async Task Another_seed_corrupts_otherwise()
    {
        HashSet<string> contents = [];
        for (ulong seed = 0; seed < 20; seed++)
        {
            await using FaultyCloud cloud = new(new MemoryCloud("faulty"), seed) { Faults = CloudFaults.Corrupt };
            await cloud.PutAsync("object", Bytes(1000), default);
            byte[] content = new byte[1000];
            await cloud.GetAsync("object", 0, content, default);
            contents.Add(Convert.ToHexString(content));
        }

        Assert.True(contents.Count > 15, $"Only {contents.Count} different ones.");
    }

    [Fact]
    public async Task Stale_it_acknowledges_and_keeps_the_old()
    {
        await Cloud.PutAsync("object", Bytes(10), default);
        Faulty.Faults = CloudFaults.Stale;

        await Cloud.PutAsync("object", Bytes(20), default);
        await Cloud.PutAsync("new", Bytes(20), default);
        await Cloud.DeleteAsync("object", default);

        Assert.Equal([new CloudEntry("object", 10)], await ListAsync(""));
        Assert.Equal(Bytes(10), await ReadAsync("object", 20));
    }

    [Fact]
    public async Task Vanished_it_holds_nothing_whatever_is_written()
    {
        await Cloud.PutAsync("object", Bytes(10), default);
        Faulty.Faults = CloudFaults.Vanished;

        await Cloud.PutAsync("object", Bytes(20), default);

        Assert.Empty(await ListAsync(""));
        await FailsAsync(CloudFailure.NotFound, Cloud.GetAsync("object", 0, new byte[1], default));
    }

    [Fact]
    public async Task Partial_it_ends_early_and_leaves_out_objects()
    {
        for (int i = 0; i < 10; i++) await Cloud.PutAsync($"{i}", Bytes(1000), default);
        Faulty.Faults = CloudFaults.Partial;

        Assert.Equal(5, (await ListAsync("")).Count);
        for (int i = 0; i < 10; i++) Assert.True((await ReadAsync($"{i}", 1000)).Length < 1000);
    }

    [Fact]
    public async Task Slow_it_waits_by_the_clock_it_was_given_and_can_be_cancelled()
    {
        StoppedClock clock = new();
        await using FaultyCloud slow = new(
            new MemoryCloud("slow"), seed: 1, clock) { Faults = CloudFaults.Slow,
            Delay = TimeSpan.FromMilliseconds(500) };
        using CancellationTokenSource stop = new();

        Task put = slow.PutAsync("object", Bytes(1), default);
        Task get = slow.GetAsync("object", 0, new byte[1], stop.Token);
        Assert.False(put.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        Assert.Equal(
            [TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500)],
            clock.Timers.Select(static timer => timer.Due));

        clock.Timers[0].Fire();
        await put;
    }

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public List<Timer> Timers { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timer timer = new(callback, state, dueTime);
            Timers.Add(timer);
            return timer;
        }

        internal sealed record Timer(TimerCallback Callback, object? State, TimeSpan Due) : ITimer
        {
            public void Fire() => Callback(State);

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
