namespace DepSky.Tests.Client;

/// <summary>
/// Slow here is endless: what does not wait for an endlessly slow cloud does not wait for a slow one.
/// </summary>
public sealed class SlowCloudTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_read_does_not_wait_for_the_slow_cloud_and_cancels_its_work(int slow)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        await client.DrainAsync();
        _clouds[slow].Requests.Clear();
        _clouds[slow].Before = (_, _, token) => Task.Delay(Timeout.Infinite, token);
        Assert.Equal(content, await client.GetAsync("u"));
        while (Volatile.Read(ref _clouds[slow].Cancelled) < _clouds[slow].Requests.Count) await Task.Yield();
    }

    /// <summary>
    /// It answers listings and metadata at once, so nothing warns the reader; only its blocks never come.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Blocks_that_do_not_come_are_made_up_for_by_hedging(int slow)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        _clouds[slow].Before = (verb, name, token) =>
            verb == "get"
                && name.Contains("/.data/", StringComparison.Ordinal)
                    ? Task.Delay(Timeout.Infinite, token)
                    : Task.CompletedTask;
        Assert.Equal(content, await client.GetAsync("u"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_write_does_not_wait_for_the_slow_cloud_and_spills_over(int slow)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        _clouds[slow].Before = (_, _, token) => Task.Delay(Timeout.Infinite, token);
        await client.PutAsync("u", content);
        _clouds[slow].Up();
        Assert.Equal(0, _clouds[slow].BlockBytes);
        Assert.Equal(content, await client.GetAsync("u"));
    }

    [Fact]
    public async Task Cancelling_ends_at_once_and_everywhere()
    {
        await using DepSkyClient client = _clouds.Client();
        foreach (TestCloud cloud in _clouds.All) cloud.Before = (_, _, token) => Task.Delay(Timeout.Infinite, token);
        using CancellationTokenSource cancellation = new();
        Task read = client.GetAsync("u", Stream.Null, cancellationToken: cancellation.Token);
        Task write = client.PutAsync("u", new MemoryStream([1]), null, cancellation.Token);
        while (_clouds.All.Any(c => c.Requests.Count < 2)) await Task.Yield();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        while (_clouds.All.Any(c => Volatile.Read(ref c.Cancelled) < 2)) await Task.Yield();
    }

    [Fact]
    public async Task Uploads_are_bounded_in_memory_however_slow_the_clouds_are()
    {
        await using DepSkyClient client = _clouds.Client(o => o with { SegmentsAhead = 2 });
        TaskCompletionSource go = new();
        foreach (TestCloud cloud in _clouds.All)
            cloud.Before = (verb, name, token) =>
                verb == "put"
                    && name.Contains("/.data/", StringComparison.Ordinal)
                        ? go.Task.WaitAsync(token)
                        : Task.CompletedTask;
        using MemoryStream content = new(TestClouds.Content(40 * TestClouds.SegmentBytes));
        Task<ObjectDescription> put = client.PutAsync("u", content);
        while (_clouds.All.Sum(c => c.Requests.Count(r => r.StartsWith("put u/.data/", StringComparison.Ordinal))) < 6)
            await Task.Yield();
        Assert.InRange(content.Position, TestClouds.SegmentBytes, 2 * TestClouds.SegmentBytes);
        go.SetResult();
        Assert.Equal(40, (await put).Segments);
    }
}
