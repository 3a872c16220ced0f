using DepSky.Protocol;
namespace DepSky.Tests.Client;

public sealed class ReadWriteTests : IDisposable
{
    private readonly TestClouds _clouds = new();

    public void Dispose() => _clouds.Dispose();

    public static TheoryData<int, DataProtection> Sizes
    {
        get
        {
            TheoryData<int, DataProtection> data = [];
            const int segment = TestClouds.SegmentBytes;
            int[] sizes = [0, 1, 15, 100_000, segment - 16, segment - 1, segment, segment + 1, 20 * segment];
            foreach (int size in sizes)
            {
                data.Add(size, DataProtection.Confidential);
                data.Add(size, DataProtection.Replicated);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_was_put_is_got(int size, DataProtection protection)
    {
        await using DepSkyClient client = _clouds.Client(o => o with { Protection = protection });
        byte[] content = TestClouds.Content(size);
        ObjectDescription put = await client.PutAsync("a/b", content);
        Assert.Equal(content, await client.GetAsync("a/b"));
        ObjectDescription stat = await client.StatAsync("a/b");
        Assert.Equal((size, put.Version, protection), (stat.SizeBytes, stat.Version, stat.Protection));
    }

    [Theory]
    [InlineData(QuorumMode.Preferred, 3)]
    [InlineData(QuorumMode.All, 4)]
    public async Task Blocks_are_stored_in_as_many_clouds_as_the_quorum_mode_says(QuorumMode mode, int expected)
    {
        await using DepSkyClient client = _clouds.Client(o => o with { Quorum = mode });
        byte[] content = TestClouds.Content(3 * TestClouds.SegmentBytes);
        await client.PutAsync("u", content);
        Assert.Equal(expected * content.Length / 2.0, _clouds.All.Sum(c => c.BlockBytes), content.Length * 0.02);
    }

    [Theory]
    [InlineData(QuorumMode.Preferred)]
    [InlineData(QuorumMode.All)]
    public async Task A_cloud_that_is_down_or_never_answers_does_not_keep_the_writer(QuorumMode mode)
    {
        await using DepSkyClient client = _clouds.Client(o => o with { Quorum = mode });
        byte[] content = TestClouds.Content(50_000);
        _clouds[1].Down();
        await client.PutAsync("u", content);
        _clouds[1].Before = (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await client.PutAsync("v", content);
        Assert.Equal(content, await client.GetAsync("u"));
        Assert.Equal(content, await client.GetAsync("v"));
    }

    [Fact]
    public async Task Seven_clouds_bear_two_faults()
    {
        using TestClouds seven = new(7);
        await using DepSkyClient client = seven.Client();
        byte[] content = TestClouds.Content(100_000);
        seven[2].Down();
        await client.PutAsync("u", content);
        seven[2].Up();
        seven[5].OnRead = (_, bytes) => [.. bytes.Reverse()];
        seven[0].Down();
        Assert.Equal(content, await client.GetAsync("u"));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 0)]
    [InlineData(TestClouds.SegmentBytes - 3, 6)]
    [InlineData(3 * TestClouds.SegmentBytes + 7, 2 * TestClouds.SegmentBytes)]
    [InlineData(99_990, 1000)]
    [InlineData(100_000, 10)]
    [InlineData(200_000, null)]
    [InlineData(50_000, null)]
    public async Task A_range_is_that_part_and_fetches_no_more_segments_than_it_needs(long offset, int? length)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        foreach (TestCloud cloud in _clouds.All) cloud.Requests.Clear();
        byte[] expected = [.. content.Skip((int)offset).Take(length ?? int.MaxValue)];
        Assert.Equal(expected, await client.GetAsync("u", new ContentRange(offset, length)));
        int segments = expected.Length == 0
            ? 0
            : (int)((offset + expected.Length - 1) / TestClouds.SegmentBytes - offset / TestClouds.SegmentBytes + 1);
        IEnumerable<string> fetched = _clouds.All.SelectMany(c => c.Requests).Where(
            r => r.Contains("/.data/", StringComparison.Ordinal)).Select(r => r[^8..]).Distinct();
        Assert.Equal(segments, fetched.Count());
    }

    [Fact]
    public async Task A_confidential_object_takes_one_and_a_half_times_its_size()
    {
        await using DepSkyClient client = _clouds.Client();
        ObjectDescription put = await client.PutAsync("u", TestClouds.Content(64 * TestClouds.SegmentBytes));
        long stored = _clouds.All.Sum(c => c.BlockBytes);
        Assert.Equal(put.StoredBytes, stored);
        Assert.InRange(stored / (64.0 * TestClouds.SegmentBytes), 1.5, 1.505);
    }

    [Fact]
    public async Task No_cloud_sees_a_byte_of_the_content_in_clear()
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = System.Text.Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("a very recognisable secret ", 4000)));
        await client.PutAsync("u", content);
        foreach (byte[] stored in _clouds.All.SelectMany(c => c.Objects.Values))
            Assert.True(stored.AsSpan().IndexOf("recognisable"u8) < 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_cloud_that_is_down_is_made_up_for(int down)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] first = TestClouds.Content(100_000, 1), second = TestClouds.Content(100_000, 2);
        await client.PutAsync("u", first);
        _clouds[down].Down();
        Assert.Equal(first, await client.GetAsync("u"));
        ObjectDescription put = await client.PutAsync("u", second);
        Assert.Equal(second, await client.GetAsync("u"));
        Assert.Equal(3, _clouds.All.Count(c => c.Objects.Keys.Any(
            k => k.Contains($"-{put.Version.Number:x16}-", StringComparison.Ordinal)
                && k.Contains("/.data/", StringComparison.Ordinal))));
        _clouds[down].Up();
        Assert.Equal(second, await client.GetAsync("u"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_cloud_that_damages_everything_is_made_up_for_and_named(int bad)
    {
        await using DepSkyClient client = _clouds.Client();
        byte[] content = TestClouds.Content(100_000);
        await client.PutAsync("u", content);
        _clouds[bad].OnRead = (_, bytes) => [.. bytes.Select(b => (byte)(b ^ 0x10))];
        Assert.Equal(content, await client.GetAsync("u"));
        ObjectDescription put = await client.PutAsync("u", content);
        Assert.All(put.Faults, fault => Assert.Equal($"cloud{bad}", fault.Cloud));
    }

    [Fact]
    public async Task Two_of_four_clouds_down_fail_with_both_named()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", TestClouds.Content(1000));
        _clouds[1].Down();
        _clouds[3].Down();
        QuorumUnavailableException read = await Assert.ThrowsAsync<QuorumUnavailableException>(
            () => client.GetAsync("u"));
        Assert.Equal(["cloud1", "cloud3"], read.Faults.Select(f => f.Cloud));
        Assert.All(read.Faults, f => Assert.Equal(CloudFailure.Unavailable, f.Kind));
        Assert.Contains("2 of 4 clouds", read.Message, StringComparison.Ordinal);
        Assert.Contains("is down", read.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<QuorumUnavailableException>(() => client.PutAsync("u", TestClouds.Content(1000)));
    }

    [Fact]
    public async Task Blocks_lost_in_two_of_three_clouds_fail_with_the_segment_and_the_clouds_named()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", TestClouds.Content(1000));
        await client.DrainAsync();
        TestCloud[] holders = [.. _clouds.All.Where(c => c.BlockBytes > 0)];
        Assert.Equal(3, holders.Length);
        foreach (TestCloud cloud in holders.Take(2))
        {
            foreach (string name in cloud.Objects.Keys.Where(k => k.Contains("/.data/", StringComparison.Ordinal)))
                cloud.Objects[name] = [1, 2, 3];
        }
        DataUnavailableException error = await Assert.ThrowsAsync<DataUnavailableException>(() => client.GetAsync("u"));
        Assert.Contains("egment 0", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.Faults.Count);
        Assert.Equal(
            CloudFailure.NotFound,
            error.Faults.Single(f => f.Cloud == _clouds.All.Single(c => !holders.Contains(c)).Name).Kind);
    }

    [Fact]
    public async Task Versions_grow_with_every_write_even_if_writers_die_and_a_cloud_is_stale()
    {
        ObjectVersion last = default;
        Dictionary<string, byte[]> old = [];
        for (int i = 0; i < 8; i++)
        {
            await using DepSkyClient client = _clouds.Client();
            if (i == 2) old = new(_clouds[0].Objects);
            if (i > 2)
            {
                _clouds[0].Objects.Clear();
                foreach ((string name, byte[] content) in old) _clouds[0].Objects[name] = content;
            }
            ObjectVersion version = (await client.PutAsync("u", TestClouds.Content(100, i))).Version;
            Assert.True(version > last);
            last = version;
            // One that dies once its metadata is at a single cloud: the next must not take the same number.
            using CancellationTokenSource dies = new();
            _clouds[1].Before = async (verb, name, token) =>
            {
                if (verb == "put" && name.EndsWith(".m", StringComparison.Ordinal))
                    await Task.Delay(Timeout.Infinite, token);
            };
            _clouds[2].Before = _clouds[1].Before;
            _clouds[3].Before = (verb, name, _) =>
            {
                if (verb == "put" && name.EndsWith(".m", StringComparison.Ordinal)) dies.CancelAfter(1);
                return Task.CompletedTask;
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => client.PutAsync("u", new MemoryStream(TestClouds.Content(100, 100 + i)), null, dies.Token));
            foreach (TestCloud cloud in _clouds.All) cloud.Up();
        }
        Assert.Equal(15u, last.Number);
    }

    [Fact]
    public async Task What_another_key_signed_does_not_exist()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", [1]);
        using TestClouds others = new();
        await using DepSkyClient stranger = others.Client(o => o with { Clouds = [.. _clouds.All] });
        await Assert.ThrowsAsync<UnitNotFoundException>(() => stranger.GetAsync("u"));
        await stranger.PutAsync("u", [2]);
        Assert.Equal([1], await client.GetAsync("u"));
        Assert.Equal([2], await stranger.GetAsync("u"));
    }

    [Fact]
    public async Task A_removed_unit_is_not_there_and_can_be_written_again()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", [1]);
        await client.PutAsync("v/w", [1]);
        await client.RemoveAsync("u");
        await Assert.ThrowsAsync<UnitNotFoundException>(() => client.GetAsync("u"));
        await Assert.ThrowsAsync<UnitNotFoundException>(() => client.RemoveAsync("u"));
        List<string> units = [];
        await foreach (ObjectDescription unit in client.ListAsync()) units.Add(unit.Unit);
        Assert.Equal(["v/w"], units);
        await client.PutAsync("u", [2]);
        Assert.Equal([2], await client.GetAsync("u"));
    }

    [Theory]
    [InlineData("Read me", "read~20~me")]
    [InlineData("README", "x")]
    [InlineData("été/Ça.txt", "x")]
    public async Task Names_that_differ_in_case_only_are_different_units(string unit, string other)
    {
        await using DepSkyClient client = _clouds.Client();
        string twin = unit.ToLowerInvariant();
        await client.PutAsync(unit, [1]);
        await client.PutAsync(twin, [2]);
        await client.PutAsync(other, [3]);
        Assert.Equal([1], await client.GetAsync(unit));
        Assert.Equal([2], await client.GetAsync(twin));
        List<string> units = [];
        await foreach (ObjectDescription found in client.ListAsync()) units.Add(found.Unit);
        Assert.Equal(new[] { unit, twin, other }.Order(StringComparer.Ordinal), units.Order(StringComparer.Ordinal));
        await foreach (ObjectDescription found in client.ListAsync(unit)) Assert.Equal(unit, found.Unit);
    }

    [Fact]
    public async Task A_unit_that_lies_under_its_plain_name_from_before_is_found_and_stays_there()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("README", [1]);
        await client.DrainAsync();
        string place = UnitName.Escape("README");
        foreach (TestCloud cloud in _clouds.All)
        {
            foreach ((string name, byte[] content) in cloud.Objects.ToArray())
            {
                cloud.Objects.TryRemove(name, out _);
                cloud.Objects["README" + name[place.Length..]] = content;
            }
        }

        Assert.Equal([1], await client.GetAsync("README"));
        await client.PutAsync("README", [2]);
        Assert.Equal([2], await client.GetAsync("README"));
        Assert.Equal("0.2", (await client.StatAsync("README")).Version.ToString());
        Assert.True((await client.VerifyAsync("README")).IsReadable);
        List<string> units = [];
        await foreach (ObjectDescription found in client.ListAsync("READ")) units.Add(found.Unit);
        Assert.Equal(["README"], units);
        await client.DrainAsync();
        Assert.All(
            _clouds.All.SelectMany(static cloud => cloud.Objects.Keys),
            static name => Assert.StartsWith("README/", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reader_needs_no_writer_key_and_cannot_write()
    {
        await using DepSkyClient writer = _clouds.Client();
        await writer.PutAsync("u", [7]);
        await using DepSkyClient reader = _clouds.Client(o => o with { WriterKey = null });
        Assert.Equal([7], await reader.GetAsync("u"));
        await Assert.ThrowsAsync<DepSkyException>(() => reader.PutAsync("u", [8]));
    }

    [Fact]
    public async Task With_a_reader_key_even_all_clouds_together_cannot_read()
    {
        using ReaderKey key = ReaderKey.Generate(), other = ReaderKey.Generate();
        await using DepSkyClient writer = _clouds.Client(o => o with { ReaderKey = key });
        await writer.PutAsync("u", [7]);
        Assert.Equal([7], await writer.GetAsync("u"));
        await using DepSkyClient without = _clouds.Client();
        DepSkyException error = await Assert.ThrowsAsync<DepSkyException>(() => without.GetAsync("u"));
        Assert.Contains("reader key", error.Message, StringComparison.Ordinal);
        await using DepSkyClient wrong = _clouds.Client(o => o with { ReaderKey = other });
        error = await Assert.ThrowsAsync<DepSkyException>(() => wrong.GetAsync("u"));
        Assert.Contains("another reader key", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("a\nb")]
    public async Task Names_that_are_no_units_are_refused(string unit)
    {
        await using DepSkyClient client = _clouds.Client();
        await Assert.ThrowsAsync<ArgumentException>(() => client.StatAsync(unit));
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_fails_the_put_and_changes_nothing()
    {
        await using DepSkyClient client = _clouds.Client();
        await client.PutAsync("u", [1]);
        await using Stream broken = new BrokenStream();
        IOException error = await Assert.ThrowsAsync<IOException>(() => client.PutAsync("u", broken));
        Assert.Equal("broken source", error.Message);
        Assert.Equal([1], await client.GetAsync("u"));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("broken source");
    }
}
