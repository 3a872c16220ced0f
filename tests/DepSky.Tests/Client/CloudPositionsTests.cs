namespace DepSky.Tests.Client;

/// <summary>Clouds that stand in another order than when a unit was written.</summary>
public sealed class CloudPositionsTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    [Theory]
    [InlineData(1, 2, 3, 0)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(1, 0, 2, 3)]
    [InlineData(0, 3, 2, 1)]
    [InlineData(1, 2, 0, 3)]
    public async Task What_was_written_in_one_order_is_read_in_another_and_that_is_told(params int[] order)
    {
        byte[] content = TestClouds.Content(100_000);
        await using (DepSkyClient writer = _clouds.Client())
        {
            await writer.PutAsync("u", content);
            await writer.DrainAsync();
        }
        await using DepSkyClient reader = In(order);

        Assert.Equal(content, await reader.GetAsync("u"));
        Assert.Equal(content[50_000..60_000], await reader.GetAsync("u", new ContentRange(50_000, 10_000)));

        Assert.Contains(
            reader.CloudReports.SelectMany(static report => report.Faults),
            static fault => fault.What.Contains("another order", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 2, 3, 0)]
    [InlineData(1, 0, 2, 3)]
    public async Task A_repair_overwrites_nothing_in_clouds_that_stand_in_the_place_of_others(params int[] order)
    {
        await using (DepSkyClient writer = _clouds.Client(o => o with { Quorum = QuorumMode.All }))
        {
            await writer.PutAsync("u", TestClouds.Content(50_000));
            await writer.DrainAsync();
        }
        Dictionary<string, byte[]>[] before = [.. _clouds.All.Select(static cloud => cloud.Objects.ToDictionary())];
        await using DepSkyClient client = In(order);

        VerificationReport verified = await client.VerifyAsync("u"), repaired = await client.RepairAsync("u");

        int misplaced = order.Where(static (cloud, place) => cloud != place).Count();
        foreach (VerificationReport report in (VerificationReport[])[verified, repaired])
        {
            Assert.Equal(misplaced, report.Flaws.Count(static flaw => flaw.Kind == FlawKind.Misplaced));
            Assert.Contains("in the place of cloud", report.Flaws[0].Why, StringComparison.Ordinal);
        }
        for (int i = 0; i < 4; i++)
            Assert.Equal(before[i].OrderBy(static o => o.Key), _clouds[i].Objects.OrderBy(static o => o.Key));
    }

    [Fact]
    public async Task A_single_cloud_that_has_anothers_share_is_not_overwritten_and_reorders_nothing()
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(1000);
        await client.PutAsync("u", content);
        await client.DrainAsync();
        _clouds[3].Objects.Clear();
        foreach ((string name, byte[] copied) in _clouds[0].Objects) _clouds[3].Objects[name] = copied;

        VerificationReport report = await client.RepairAsync("u");

        Assert.Equal(FlawKind.Misplaced, Assert.Single(report.Flaws).Kind);
        Assert.True(report.IsReadable);
        Assert.Equal(_clouds[0].Objects.OrderBy(static o => o.Key), _clouds[3].Objects.OrderBy(static o => o.Key));
        Assert.Equal(content, await client.GetAsync("u"));
    }

    [Fact]
    public async Task Where_too_little_is_left_the_error_says_that_the_order_has_changed()
    {
        await using (DepSkyClient writer = _clouds.Client())
        {
            await writer.PutAsync("u", TestClouds.Content(1000));
            await writer.DrainAsync();
        }
        foreach (TestCloud cloud in _clouds.All)
        {
            cloud.OnRead = static (name, content) =>
                name.Contains("/.data/", StringComparison.Ordinal) ? new byte[content.Length] : content;
        }
        await using DepSkyClient reader = In([1, 2, 3, 0]);

        DataUnavailableException error =
            await Assert.ThrowsAsync<DataUnavailableException>(() => reader.GetAsync("u"));

        Assert.Contains("another order", error.Message, StringComparison.Ordinal);
    }

    private DepSkyClient In(int[] order) => _clouds.Client(o => o with
    {
        Clouds = [.. order.Select(cloud => (ICloud)_clouds[cloud])],
    });
}
