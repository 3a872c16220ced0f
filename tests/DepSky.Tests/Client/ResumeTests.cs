namespace DepSky.Tests.Client;

public sealed class ResumeTests : IDisposable
{
    private readonly TestClouds _clouds = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = TestClouds.Content(10 * TestClouds.SegmentBytes + 5);

    public void Dispose()
    {
        _clouds.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(22)]
    public async Task An_interrupted_upload_goes_on_where_it_was(int interruptedAfterBlocks)
    {
        await InterruptAsync(interruptedAfterBlocks, _content);
        int before = Stored();
        foreach (TestCloud cloud in _clouds.All) cloud.Requests.Clear();
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", new MemoryStream(_content), Resume);
        Assert.Equal(_content, await client.GetAsync("u"));
        Assert.False(File.Exists(Ticket));
        int again = _clouds.All.Sum(c => c.Requests.Count(r => r.StartsWith("put u/.data/", StringComparison.Ordinal)));
        // What was stored is not stored again, except for the segments that were under way.
        Assert.InRange(again, 33 - before, 33 - before + 3 * 4);
        Assert.Single(
            _clouds.All.SelectMany(c => c.Objects.Keys).Where(k => k.Contains("/.data/", StringComparison.Ordinal))
                .Select(k => k.Split('/')[2]).Distinct());
    }

    [Fact]
    public async Task Other_content_is_never_encrypted_under_the_same_key()
    {
        await InterruptAsync(7, _content);
        byte[] other = [.. _content];
        other[3] ^= 1;
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", new MemoryStream(other), Resume);
        Assert.Equal(other, await client.GetAsync("u"));
        Assert.Equal(
            2,
            _clouds.All.SelectMany(c => c.Objects.Keys).Where(k => k.Contains("/.data/", StringComparison.Ordinal))
                .Select(k => k.Split('/')[2]).Distinct().Count());
    }

    [Fact]
    public async Task What_was_written_since_is_not_hidden_by_going_on()
    {
        await InterruptAsync(7, _content);
        await using DepSkyClient client = _clouds.Client();
        ObjectDescription between = await client.PutAsync("u", [1]);
        ObjectDescription last = await client.PutAsync("u", new MemoryStream(_content), Resume);
        Assert.True(last.Version > between.Version);
        Assert.Equal(_content, await client.GetAsync("u"));
    }

    [Fact]
    public async Task The_file_is_readable_by_its_owner_only_and_gone_when_all_is_stored()
    {
        await InterruptAsync(3, _content);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Ticket));
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", new MemoryStream(_content), Resume);
        Assert.False(File.Exists(Ticket));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_anywhere_serves_as_far_as_it_goes()
    {
        await InterruptAsync(9, _content);
        byte[] ticket = await File.ReadAllBytesAsync(Ticket);
        for (int length = 0; length < ticket.Length; length += 97)
        {
            await File.WriteAllBytesAsync(Ticket, ticket[..length]);
            await using DepSkyClient client = _clouds.Client();
            await client.PutAsync("u", new MemoryStream(_content), Resume);
            Assert.Equal(_content, await client.GetAsync("u"));
        }
    }

    [Fact]
    public async Task A_file_that_is_something_else_is_refused_and_kept()
    {
        await using DepSkyClient client = _clouds.Client();
        await File.WriteAllTextAsync(Ticket, "the only copy of something");
        DepSkyException error = await Assert.ThrowsAsync<DepSkyException>(
            () => client.PutAsync("u", new MemoryStream(_content), Resume));
        Assert.Contains("not the ticket of an upload", error.Message, StringComparison.Ordinal);
        Assert.Equal("the only copy of something", await File.ReadAllTextAsync(Ticket));

        File.Delete(Ticket);
        await InterruptAsync(3, _content);
        byte[] ticket = await File.ReadAllBytesAsync(Ticket);
        error = await Assert.ThrowsAsync<DepSkyException>(
            () => client.PutAsync("other", new MemoryStream(_content), Resume));
        Assert.Contains("ticket of another upload", error.Message, StringComparison.Ordinal);
        Assert.Equal(ticket, await File.ReadAllBytesAsync(Ticket));
    }

    private string Ticket => _directory.At("upload");

    private PutOptions Resume => new() { ResumeFile = Ticket };

    private int Stored() =>
        _clouds.All.Sum(c => c.Objects.Keys.Count(k => k.Contains("/.data/", StringComparison.Ordinal)));

    private async Task InterruptAsync(int afterBlocks, byte[] content)
    {
        using CancellationTokenSource interrupt = new();
        int blocks = 0;
        foreach (TestCloud cloud in _clouds.All)
        {
            cloud.Before = async (verb, name, token) =>
            {
                if (verb != "put" || !name.Contains("/.data/", StringComparison.Ordinal)) return;
                if (Interlocked.Increment(ref blocks) <= afterBlocks) return;
                await interrupt.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            };
        }
        await using DepSkyClient client = _clouds.Client();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.PutAsync("u", new MemoryStream(content), Resume, interrupt.Token));
        foreach (TestCloud cloud in _clouds.All) cloud.Up();
    }
}
