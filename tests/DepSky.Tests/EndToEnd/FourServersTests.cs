using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.EndToEnd;

[Collection(CloudServersCollection.Name)]
public sealed class FourServersTests : IAsyncLifetime
{
    private const string Unit = "unit/one";

    private FourServers? _servers;

    private FourServers Servers => _servers!;

    public async Task InitializeAsync() => _servers = await FourServers.StartAsync();

    public async Task DisposeAsync()
    {
        if (_servers is not null) await _servers.DisposeAsync();
    }

    [Fact]
    public async Task Objects_of_every_size_are_read_and_sound()
    {
        await using DepSkyClient client = Servers.Connect();
        foreach (int length in (int[])[0, 1, 100_000, 10_000_000])
        {
            byte[] content = Bytes(length);
            ObjectDescription written = await client.PutAsync(Unit, new MemoryStream(content));
            await client.DrainAsync();

            Assert.Equal(content, await ReadAsync(client));
            Assert.Equal(length, written.SizeBytes);
            VerificationReport report = await client.VerifyAsync(Unit);
            Assert.True(report.IsSound, string.Join("\n", report.Flaws));
        }
        Assert.Equal([Unit], (await ListAsync(client)).Select(static description => description.Unit));
        await client.RemoveAsync(Unit);
        Assert.Empty(await ListAsync(client));
        await Assert.ThrowsAsync<UnitNotFoundException>(() => client.StatAsync(Unit));
    }

    [Fact]
    public async Task A_cloud_with_corrupt_blocks_is_read_around_named_and_mended()
    {
        await using DepSkyClient client = Servers.Connect();
        byte[] content = Bytes(3_000_000);
        await client.PutAsync(Unit, new MemoryStream(content));
        await client.DrainAsync();
        int liar = (await Servers.HoldersAsync(Unit))[0];
        await Servers.CorruptAsync(liar, Unit);

        await using DepSkyClient reader = Servers.Connect();
        Assert.Equal(content, await ReadAsync(reader));
        VerificationReport found = await reader.VerifyAsync(Unit);
        Assert.NotEmpty(found.Flaws);
        Assert.All(
            found.Flaws, flaw => Assert.Equal((FourServers.NameOf(liar), FlawKind.Corrupt), (flaw.Cloud, flaw.Kind)));
        Assert.True(found.IsReadable);
        VerificationReport repaired = await reader.RepairAsync(Unit);
        Assert.Equal(found.Flaws.Count, repaired.Mended.Count);
        Assert.True((await reader.VerifyAsync(Unit)).IsSound);

        // Now another one may be faulty.
        await Servers.CorruptAsync((await Servers.HoldersAsync(Unit)).First(cloud => cloud != liar), Unit);
        Assert.Equal(content, await ReadAsync(reader));
    }

    [Fact]
    public async Task A_cloud_that_is_gone_is_done_without_two_are_too_many_and_a_new_one_takes_its_place()
    {
        await using DepSkyClient writer = Servers.Connect();
        byte[] first = Bytes(2_500_000), second = Bytes(1_500_000, seed: 2);
        await writer.PutAsync(Unit, new MemoryStream(first));
        await writer.DrainAsync();
        int gone = (await Servers.HoldersAsync(Unit))[0];
        await Servers.StopAsync(gone);

        await using DepSkyClient client = Servers.Connect();
        Assert.Equal(first, await ReadAsync(client));
        await client.PutAsync(Unit, new MemoryStream(second));
        await client.DrainAsync();
        Assert.Equal(second, await ReadAsync(client));
        VerificationReport found = await client.VerifyAsync(Unit);
        Assert.True(found.IsReadable);
        Assert.NotEmpty(found.Flaws);
        Assert.All(
            found.Flaws,
            flaw => Assert.Equal((FourServers.NameOf(gone), FlawKind.Unreachable), (flaw.Cloud, flaw.Kind)));

        int liar = (await Servers.HoldersAsync(Unit))[0], other = (await Servers.HoldersAsync(Unit))[1];
        await Servers.CorruptAsync(liar, Unit);
        await Servers.CorruptAsync(other, Unit);
        DepSkyException error = await Assert.ThrowsAsync<DataUnavailableException>(() => ReadAsync(client));
        Assert.Contains(FourServers.NameOf(liar), error.Message, StringComparison.Ordinal);
        Assert.Contains(FourServers.NameOf(other), error.Message, StringComparison.Ordinal);
        await Servers.CorruptAsync(liar, Unit); // the same bytes change back
        await Servers.CorruptAsync(other, Unit);

        await Servers.ReplaceAsync(gone);
        await using DepSkyClient after = Servers.Connect();
        Assert.False((await after.VerifyAsync(Unit)).IsSound);
        Assert.True((await after.RepairAsync(Unit)).IsSound);
        Assert.True((await after.VerifyAsync(Unit)).IsSound);
        Assert.Equal(second, await ReadAsync(after));
    }

    private static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(DepSkyClient client)
    {
        using MemoryStream read = new();
        await client.GetAsync(Unit, read);
        return read.ToArray();
    }

    private static async Task<List<ObjectDescription>> ListAsync(DepSkyClient client)
    {
        List<ObjectDescription> objects = [];
        await foreach (ObjectDescription description in client.ListAsync()) objects.Add(description);
        return objects;
    }
}
