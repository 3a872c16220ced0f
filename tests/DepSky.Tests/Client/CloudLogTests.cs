namespace DepSky.Tests.Client;

/// <summary>What clouds failed at is told though the operation succeeded.</summary>
public sealed class CloudLogTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    [Fact]
    public async Task A_cloud_that_refuses_to_store_is_told_of_by_a_put_that_succeeds()
    {
        await using DepSkyClient client = _clouds.Client();
        _clouds[1].Before = (verb, _, _) => verb == "put"
            ? Task.FromException(new CloudException("cloud1", CloudFailure.Full, "no room left."))
            : Task.CompletedTask;

        await client.PutAsync("u", [1]);
        await client.DrainAsync();

        CloudReport told = Assert.Single(client.CloudReports, static report => report.Failures > 0);
        Assert.Equal(new CloudFault("cloud1", CloudFailure.Full, "no room left."), Assert.Single(told.Faults));
        Assert.Equal("cloud1", told.Cloud);
        Assert.True(told.Failures >= 2);
        Assert.Equal(4, client.CloudReports.Count);
    }

    [Fact]
    public async Task A_cloud_that_lies_is_told_of_by_a_read_that_succeeds()
    {
        await using DepSkyClient client = _clouds.Client(o => o with { Quorum = QuorumMode.All });
        await client.PutAsync("u", TestClouds.Content(1000));
        await client.DrainAsync();
        _clouds[0].OnRead = static (name, content) =>
            name.Contains("/.data/", StringComparison.Ordinal) ? [.. content.Reverse()] : content;
        // Whoever is asked first, the one that lies is asked and heard as well.
        foreach (TestCloud other in _clouds.All[1..])
        {
            other.Before = async (verb, name, token) =>
            {
                if (verb != "get" || !name.Contains("/.data/", StringComparison.Ordinal)) return;
                while (client.CloudReports[0].Failures == 0)
                {
                    token.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            };
        }

        await client.GetAsync("u");

        CloudReport told = Assert.Single(client.CloudReports, static report => report.Failures > 0);
        Assert.Equal("cloud0", told.Cloud);
        Assert.Contains("not the bytes that the writer stored", told.Faults[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clouds_that_do_as_they_are_told_have_nothing_to_be_told_of()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", [1]);
        await client.PutAsync("u", [2]);
        await client.GetAsync("u");
        await client.DrainAsync();

        Assert.All(client.CloudReports, static report => Assert.Equal((0, 0), (report.Failures, report.Retries)));
    }
}
