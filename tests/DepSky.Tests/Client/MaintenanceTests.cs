namespace DepSky.Tests.Client;

public sealed class MaintenanceTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    [Fact]
    public async Task A_sound_unit_has_no_flaws()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", TestClouds.Content(100_000));
        await client.DrainAsync();
        VerificationReport report = await client.VerifyAsync("u");
        Assert.Empty(report.Flaws);
        Assert.True(report.IsReadable && report.IsSound);
    }

    [Fact]
    public async Task Verify_names_every_broken_object_and_repair_mends_it_without_any_secret()
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        await client.DrainAsync();
        TestCloud cloud = _clouds.All.First(c => c.BlockBytes > 0);
        string[] blocks =
            [.. cloud.Objects.Keys.Where(k => k.Contains("/.data/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
        Assert.Equal(7, blocks.Length);
        Dictionary<string, byte[]> before = new(cloud.Objects);
        cloud.Objects.TryRemove(blocks[2], out _);
        cloud.Objects[blocks[4]] = cloud.Objects[blocks[5]];
        cloud.Objects[cloud.Objects.Keys.Single(k => k.EndsWith(".p", StringComparison.Ordinal))] = [1];
        cloud.Objects.TryRemove(cloud.Objects.Keys.Single(k => k.EndsWith(".m", StringComparison.Ordinal)), out _);

        await using DepSkyClient keyless = _clouds.Client(o => o with { WriterKey = null });
        VerificationReport report = await keyless.VerifyAsync("u");
        Assert.All(report.Flaws, f => Assert.Equal(cloud.Name, f.Cloud));
        Assert.Equal(
            [
                ("metadata", FlawKind.Missing), ("part", FlawKind.Corrupt),
                ("segment 2", FlawKind.Missing), ("segment 4", FlawKind.Corrupt),
            ],
            report.Flaws.Select(f => (f.What, f.Kind)));
        Assert.True(report.IsReadable);

        VerificationReport repair = await keyless.RepairAsync("u");
        Assert.Empty(repair.Flaws);
        Assert.Equal(4, repair.Mended.Count);
        Assert.Equal(
            before.OrderBy(o => o.Key, StringComparer.Ordinal),
            cloud.Objects.OrderBy(o => o.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DataProtection.Confidential)]
    [InlineData(DataProtection.Replicated)]
    public async Task A_cloud_is_replaced_while_readers_go_on(DataProtection protection)
    {
        byte[] content = TestClouds.Content(300_000);
        await using (DepSkyClient client = _clouds.Client(o => o with { Protection = protection }))
        {
            await client.PutAsync("u", content);
            await client.DrainAsync();
        }
        TestCloud replacement = new("another"), old = _clouds[0];
        _clouds.All[0] = replacement;
        await using DepSkyClient replaced = _clouds.Client(o => o with { Protection = protection });
        Task<byte[]>[] readers = [.. Enumerable.Range(0, 8).Select(_ => replaced.GetAsync("u"))];
        VerificationReport repair = await replaced.RepairAsync("u");
        foreach (Task<byte[]> reader in readers) Assert.Equal(content, await reader);
        Assert.Empty(repair.Flaws);
        Assert.True((await replaced.VerifyAsync("u")).IsSound);
        Assert.Equal(
            old.Objects.OrderBy(o => o.Key, StringComparer.Ordinal),
            replacement.Objects.OrderBy(o => o.Key, StringComparer.Ordinal));
        // Now another's fault can be borne again.
        _clouds[1].Down();
        Assert.Equal(content, await replaced.GetAsync("u"));
    }

    [Fact]
    public async Task Repair_says_what_it_cannot_mend()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", TestClouds.Content(10_000));
        await client.DrainAsync();
        foreach (TestCloud cloud in _clouds.All.Where(c => c.BlockBytes > 0).Take(2))
        {
            foreach (string name in cloud.Objects.Keys.Where(k => k.Contains("/.data/", StringComparison.Ordinal)))
                cloud.Objects.TryRemove(name, out _);
        }
        VerificationReport repair = await client.RepairAsync("u");
        Assert.Equal(2, repair.Flaws.Count);
        Assert.All(repair.Flaws, f => Assert.Equal(("segment 0", FlawKind.Missing), (f.What, f.Kind)));
        Assert.False(repair.IsReadable);
        Assert.Empty(repair.Mended);
    }

    [Fact]
    public async Task Where_a_holder_is_gone_repair_gives_its_blocks_to_another_cloud()
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(50_000);
        await client.PutAsync("u", content);
        await client.DrainAsync();
        TestCloud[] holders = [.. _clouds.All.Where(c => c.BlockBytes > 0)];
        holders[0].Down();
        VerificationReport repair = await client.RepairAsync("u");
        Assert.Equal(
            [(holders[0].Name, FlawKind.Unreachable, "everything")],
            repair.Flaws.Select(f => (f.Cloud, f.Kind, f.What)));
        holders[1].OnRead = (name, bytes) => name.Contains("/.data/", StringComparison.Ordinal) ? [] : bytes;
        holders[0].Up();
        holders[0].OnRead = (name, bytes) => name.Contains("/.data/", StringComparison.Ordinal) ? [] : bytes;
        Assert.Equal(content, await client.GetAsync("u"));
    }

    [Fact]
    public async Task Superseded_versions_go_after_the_retention_and_the_last_stays()
    {
        ManualTime time = new();
        await using DepSkyClient client = _clouds.Client(
            o => o with { TimeProvider = time, Retention = TimeSpan.FromMinutes(10) });
        for (int i = 0; i < 5; i++) await client.PutAsync("u", TestClouds.Content(1000, i));
        await client.DrainAsync();
        Assert.Equal(0, await client.CollectGarbageAsync("u"));
        time.Jump(TimeSpan.FromMinutes(11));
        await client.PutAsync("u", TestClouds.Content(1000, 5));
        // The fifth was superseded just now; those before it, long ago.
        await client.DrainAsync();
        Assert.Equal(2, Versions());
        time.Jump(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await client.CollectGarbageAsync("u"));
        Assert.Equal(1, Versions());
        Assert.Equal(TestClouds.Content(1000, 5), await client.GetAsync("u"));
        Assert.Equal(0, await client.CollectGarbageAsync("u"));
        Assert.All(
            _clouds.All, c => Assert.Equal(1, c.Objects.Keys.Count(k => k.EndsWith(".m", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task What_a_dead_writer_left_is_collected_too()
    {
        ManualTime time = new();
        await using DepSkyClient client = _clouds.Client(o => o with { TimeProvider = time });
        await client.PutAsync("u", TestClouds.Content(1000));
        using CancellationTokenSource dies = new();
        foreach (TestCloud cloud in _clouds.All)
        {
            cloud.Before = (verb, name, _) =>
            {
                if (verb == "put" && name.EndsWith(".m", StringComparison.Ordinal)) dies.Cancel();
                return Task.CompletedTask;
            };
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.PutAsync("u", new MemoryStream(new byte[100_000]), null, dies.Token));
        foreach (TestCloud cloud in _clouds.All) cloud.Up();
        await client.PutAsync("u", TestClouds.Content(2000));
        time.Jump(TimeSpan.FromHours(1));
        await client.CollectGarbageAsync("u");
        Assert.Equal(1, Versions());
        Assert.Equal(TestClouds.Content(2000), await client.GetAsync("u"));
    }

    [Fact]
    public async Task A_version_that_is_being_read_is_never_collected()
    {
        ManualTime time = new();
        await using DepSkyClient client = _clouds.Client(
            o => o with
            {
                TimeProvider = time, Retention = TimeSpan.FromMinutes(10),
                SegmentsAhead = 1, CallTimeout = TimeSpan.FromHours(1),
            });
        byte[] content = TestClouds.Content(20 * TestClouds.SegmentBytes);
        await client.PutAsync("u", content);
        List<byte> read = [];
        await foreach (ReadOnlyMemory<byte> piece in client.ReadAsync("u"))
        {
            read.AddRange(piece.Span);
            if (read.Count == 2 * TestClouds.SegmentBytes)
            {
                time.Jump(TimeSpan.FromMinutes(3));
                await UntilAsync(time, () => CloudsWithLeases(1) >= 3);
                await client.PutAsync("u", [1]);
                time.Jump(TimeSpan.FromMinutes(11));
                await UntilAsync(time, () => CloudsWithLeases(2) >= 3);
                Assert.Equal(0, await client.CollectGarbageAsync("u"));
            }
        }
        Assert.Equal(content, read);
        await client.DrainAsync();
        Assert.Equal(1, await client.CollectGarbageAsync("u"));
        Assert.Equal(0, CloudsWithLeases(1));
    }

    private int CloudsWithLeases(int least) =>
        _clouds.All.Count(c => c.Objects.Keys.Count(k => k.Contains("/.read/", StringComparison.Ordinal)) >= least);

    private int Versions() =>
        _clouds.All.SelectMany(c => c.Objects.Keys).Where(
            k => k.Contains("/.data/", StringComparison.Ordinal)).Select(k => k.Split('/')[2]).Distinct().Count();

    /// <summary>
    /// Waits for what happens in the background, while time goes on: a timer that was armed just after the jump is due
    /// a little later.
    /// </summary>
    private static async Task UntilAsync(ManualTime time, Func<bool> condition)
    {
        for (int spins = 1; !condition(); spins++)
        {
            await Task.Yield();
            if (spins % 2000 == 0) time.Jump(TimeSpan.FromSeconds(1));
        }
    }
}
