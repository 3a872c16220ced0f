namespace DepSky.Tests.Client;

/// <summary>All units of all clouds, as listings that are read side by side name them.</summary>
public sealed class UnitMergeTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    [Fact]
    public async Task Every_unit_is_named_once_and_in_order_whatever_one_cloud_lacks()
    {
        await using DepSkyClient client = _clouds.Client();
        string[] names = [.. Enumerable.Range(0, 60).Select(static i => $"folder{i % 3}/unit{i:00}"), "folder1"];
        foreach (string name in names) await client.PutAsync(name, [1]);
        await client.DrainAsync();
        foreach (string gone in _clouds[0].Objects.Keys.Where(static n => n.Contains('7', StringComparison.Ordinal)))
            _clouds[0].Objects.TryRemove(gone, out _);
        _clouds[1].Objects["folder1/unit10/.meta/nonsense.m"] = [1];
        _clouds[1].Objects["nobody/.meta/nonsense.m"] = [1];

        Assert.Equal(names.Order(StringComparer.Ordinal), await NamesAsync(client));
        Assert.Equal(
            names.Where(static n => n.StartsWith("folder1", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            await NamesAsync(client, "folder1"));
        Assert.Equal(["folder2/unit05"], await NamesAsync(client, "folder2/unit05"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task The_slow_cloud_is_not_waited_for(int slow)
    {
        await using DepSkyClient client = _clouds.Client();
        for (int i = 0; i < 5; i++) await client.PutAsync($"u{i}", [1]);
        await client.DrainAsync();
        _clouds[slow].Before = (_, _, token) => Task.Delay(Timeout.Infinite, token);

        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], await NamesAsync(client));
    }

    [Fact]
    public async Task One_cloud_that_cannot_list_is_told_of_and_two_are_an_error()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", [1]);
        await client.DrainAsync();
        _clouds[2].Down();

        Assert.Equal(["u"], await NamesAsync(client));
        CloudReport told = Assert.Single(client.CloudReports, static report => report.Failures > 0);
        Assert.Equal("cloud2", told.Cloud);
        Assert.Equal(CloudFailure.Unavailable, Assert.Single(told.Faults).Kind);

        _clouds[3].Down();
        QuorumUnavailableException error =
            await Assert.ThrowsAsync<QuorumUnavailableException>(() => NamesAsync(client));
        Assert.Contains("cloud3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_is_listed_by_what_was_named_already_and_read_once()
    {
        await using DepSkyClient client = _clouds.Client();
        for (int i = 0; i < 3; i++) await client.PutAsync($"u{i}", [1]);
        await client.DrainAsync();
        foreach (TestCloud cloud in _clouds.All) cloud.Requests.Clear();

        await NamesAsync(client);

        foreach (TestCloud cloud in _clouds.All)
        {
            string[] requests = [.. cloud.Requests];
            Assert.InRange(requests.Count(static r => r.StartsWith("get ", StringComparison.Ordinal)), 0, 3);
            Assert.Contains("list ", requests);
        }
        Assert.Equal(1, _clouds.All.Min(static cloud => cloud.Requests.Count(
            static r => r.StartsWith("list ", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task All_units_are_verified_repaired_and_collected()
    {
        await using DepSkyClient client = _clouds.Client(o => o with { Retention = TimeSpan.Zero });
        for (int i = 0; i < 5; i++) await client.PutAsync($"u{i}", [1]);
        await client.PutAsync("gone", [1]);
        await client.RemoveAsync("gone");
        await client.DrainAsync();
        _clouds[1].Objects.Clear();

        Assert.Equal(5, (await AllAsync(client.VerifyAllAsync())).Count(static report => !report.IsSound));
        Assert.All(await AllAsync(client.RepairAllAsync()), static report => Assert.True(report.IsSound));
        Assert.All(await AllAsync(client.VerifyAllAsync()), static report => Assert.True(report.IsSound));
        Assert.Equal(6, (await AllAsync(client.CollectAllGarbageAsync())).Count);
        Assert.DoesNotContain(
            _clouds[0].Objects.Keys, static name => name.StartsWith("gone/.data/", StringComparison.Ordinal));
    }

    private static async Task<List<string>> NamesAsync(DepSkyClient client, string prefix = "") =>
        [.. (await AllAsync(client.ListAsync(prefix))).Select(static unit => unit.Unit)];

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (T item in items) all.Add(item);
        return all;
    }
}
