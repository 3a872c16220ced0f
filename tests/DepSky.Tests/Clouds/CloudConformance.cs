using System.Buffers;

namespace DepSky.Tests.Clouds;

/// <summary>What every provider must do. Each test gets an empty cloud of its own.</summary>
public abstract class CloudConformance : IAsyncLifetime
{
    /// <summary>More than a page of any server's listing.</summary>
    private const int ManyObjects = 1100;

    private ICloud? _cloud;

    private protected ICloud Cloud => _cloud!;

    /// <summary>An empty cloud.</summary>
    private protected abstract Task<ICloud> OpenAsync();

    public virtual async Task InitializeAsync() => _cloud = await OpenAsync();

    public virtual async Task DisposeAsync()
    {
        if (_cloud is not null) await _cloud.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(4 << 20)]
    public async Task What_was_put_is_read_and_listed(int length)
    {
        byte[] content = Bytes(length);
        await Cloud.PutAsync("unit/object", content, default);

        Assert.Equal(content, await ReadAsync("unit/object", length + 10));
        Assert.Equal([new CloudEntry("unit/object", length)], await ListAsync(""));
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(1, 1, 1)]
    [InlineData(500, 100, 100)]
    [InlineData(990, 10, 10)]
    [InlineData(990, 11, 10)]
    [InlineData(999, 1000, 1)]
    [InlineData(1000, 5, 0)]
    [InlineData(5000, 5, 0)]
    public async Task A_range_is_read_as_far_as_the_object_goes(int offset, int length, int expected)
    {
        byte[] content = Bytes(1000);
        await Cloud.PutAsync("object", content, default);
        byte[] buffer = new byte[length + 2];

        int read = await Cloud.GetAsync("object", offset, buffer.AsMemory(1, length), default);

        Assert.Equal(expected, read);
        if (read > 0) Assert.Equal(content[offset..(offset + read)], buffer[1..(1 + read)]);
        Assert.Equal((0, 0), (buffer[0], buffer[^1]));
    }

    [Fact]
    public async Task Reading_no_bytes_tells_whether_the_object_is_there()
    {
        await Cloud.PutAsync("full", Bytes(10), default);
        await Cloud.PutAsync("empty", default, default);

        Assert.Equal(0, await Cloud.GetAsync("full", 0, default, default));
        Assert.Equal(0, await Cloud.GetAsync("empty", 0, default, default));
        await FailsAsync(CloudFailure.NotFound, Cloud.GetAsync("other", 0, default, default));
    }

    [Fact]
    public async Task Replacing_leaves_nothing_of_the_old_content()
    {
        await Cloud.PutAsync("object", Bytes(5000), default);
        await Cloud.PutAsync("object", Bytes(3, seed: 2), default);

        Assert.Equal(Bytes(3, seed: 2), await ReadAsync("object", 5000));
        Assert.Equal([new CloudEntry("object", 3)], await ListAsync(""));
    }

    [Fact]
    public async Task A_missing_object_is_said_to_be_missing()
    {
        await FailsAsync(CloudFailure.NotFound, Cloud.GetAsync("never", 0, new byte[1], default));
        await Cloud.PutAsync("folder/there", Bytes(1), default);

        CloudException error = await FailsAsync(
            CloudFailure.NotFound, Cloud.GetAsync("folder/missing", 7, new byte[1], default));
        await FailsAsync(CloudFailure.NotFound, Cloud.GetAsync("other/missing", 0, new byte[1], default));

        Assert.Contains("folder/missing", error.Message, StringComparison.Ordinal);
        Assert.Equal(Cloud.Name, error.Cloud);
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_deleting_it_again_is_no_error()
    {
        await Cloud.DeleteAsync("never/there", default);
        await Cloud.PutAsync("a/b/one", Bytes(1), default);
        await Cloud.PutAsync("a/b/two", Bytes(2), default);

        await Cloud.DeleteAsync("a/b/one", default);
        await Cloud.DeleteAsync("a/b/one", default);

        await FailsAsync(CloudFailure.NotFound, Cloud.GetAsync("a/b/one", 0, new byte[1], default));
        Assert.Equal([new CloudEntry("a/b/two", 2)], await ListAsync(""));
        await Cloud.DeleteAsync("a/b/two", default);
        Assert.Empty(await ListAsync(""));
        await Cloud.PutAsync("a/b/one", Bytes(4), default);
        Assert.Equal([new CloudEntry("a/b/one", 4)], await ListAsync("a/"));
    }

    [Fact]
    public async Task A_listing_names_what_begins_with_the_prefix_and_nothing_else()
    {
        string[] names = ["u/m1", "u/m2", "u/sub/m", "u", "unit/m", "v/u/m", "other"];
        foreach (string name in names.Where(static n => n != "u"))
            await Cloud.PutAsync(name, Bytes(name.Length), default);

        Assert.Equal(["u/m1", "u/m2", "u/sub/m"], await NamesAsync("u/"));
        Assert.Equal(["u/m1", "u/m2"], await NamesAsync("u/m"));
        Assert.Equal(["u/m1", "u/m2", "u/sub/m", "unit/m"], await NamesAsync("u"));
        Assert.Equal(["u/sub/m"], await NamesAsync("u/sub"));
        Assert.Equal(["other", "u/m1", "u/m2", "u/sub/m", "unit/m", "v/u/m"], await NamesAsync(""));
        Assert.Empty(await NamesAsync("nothing/like/it"));
        Assert.Empty(await NamesAsync("m"));
    }

    [Theory]
    [InlineData("", "a-b/.meta/1 a/.meta/2 a/.meta/3 a/b/.meta/4 a/c/d/.meta/5 b/.meta/6")]
    [InlineData("a", "a-b/.meta/1 a/.meta/2 a/.meta/3 a/b/.meta/4 a/c/d/.meta/5")]
    [InlineData("a/", "a/.meta/2 a/.meta/3 a/b/.meta/4 a/c/d/.meta/5")]
    [InlineData("a/c", "a/c/d/.meta/5")]
    [InlineData("c", "")]
    public async Task Objects_in_folders_of_one_name_are_listed_in_order(string prefix, string expected)
    {
        string[] names =
        [
            "b/.meta/6", "a/c/d/.meta/5", "a/b/.meta/4", "a/.meta/3", "a/.meta/2", "a-b/.meta/1", "a/.data/x/y",
            "a/.data/.meta-not", "a/b/plain", "other/x", "a/.read/z", "b/.data/a/1", "b/.data/b/2",
        ];
        foreach (string name in names) await Cloud.PutAsync(name, Bytes(3), default);
        List<string> found = [];

        await foreach (CloudEntry entry in Cloud.ListFoldersAsync(prefix, ".meta", default)) found.Add(entry.Name);

        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public async Task An_empty_cloud_lists_nothing() => Assert.Empty(await ListAsync(""));

    [Fact]
    public async Task A_listing_of_more_than_a_page_is_whole()
    {
        string[] names = [.. Enumerable.Range(0, ManyObjects).Select(static i => $"many/{i:D5}")];
        await Parallel.ForEachAsync(
            names, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (name, token) => await Cloud.PutAsync(name, default, token));

        Assert.Equal(names, await NamesAsync("many/"));
        Assert.Equal(names[100..200], await NamesAsync("many/001"));
    }

    [Fact]
    public async Task Odd_names_are_kept_apart()
    {
        string longest = string.Join('/', Enumerable.Repeat(new string('x', ObjectName.PartCharactersMax - 1), 4));
        string[] names =
        [
            "a", "A", ".hidden", "-", "_", "...", "a..b", "trailing.", "x/y/z/w", "x/Y", "0", "-41",
            "CON", "index.html", "a.b-c_d", longest, new string('p', ObjectName.PartCharactersMax),
        ];
        foreach (string name in names) await Cloud.PutAsync(name, System.Text.Encoding.ASCII.GetBytes(name), default);

        foreach (string name in names)
            Assert.Equal(System.Text.Encoding.ASCII.GetBytes(name), await ReadAsync(name, 1000));
        Assert.Equal(names.Order(StringComparer.Ordinal), await NamesAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("../secret")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    [InlineData("a?b")]
    [InlineData("a%2e")]
    [InlineData("~incoming/x")]
    public async Task What_is_no_name_goes_nowhere(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Cloud.PutAsync(name, Bytes(1), default));
        await Assert.ThrowsAsync<ArgumentException>(() => Cloud.GetAsync(name, 0, new byte[1], default));
        await Assert.ThrowsAsync<ArgumentException>(() => Cloud.DeleteAsync(name, default));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task Of_concurrent_writes_to_one_name_one_is_there_as_a_whole()
    {
        const int Length = 300_000;
        await Task.WhenAll(
            Enumerable.Range(1, 8).Select(i => Cloud.PutAsync("object", Same((byte)i, Length), default)));

        byte[] content = await ReadAsync("object", Length + 1);

        Assert.Equal(Length, content.Length);
        Assert.True(content.AsSpan().IndexOfAnyExcept(content[0]) < 0, "Two writes are mixed.");
        Assert.Equal([new CloudEntry("object", Length)], await ListAsync(""));
    }

    [Fact]
    public async Task A_reader_sees_the_old_or_the_new_content_while_it_is_replaced()
    {
        const int Length = 200_000;
        await Cloud.PutAsync("object", Same(1, Length), default);
        using CancellationTokenSource written = new();
        Task writer = WriteAsync();
        byte last = 1;
        while (!written.IsCancellationRequested)
        {
            byte[] content = await ReadAsync("object", Length);

            Assert.Equal(Length, content.Length);
            Assert.True(content.AsSpan().IndexOfAnyExcept(content[0]) < 0, "Two versions are mixed.");
            Assert.True(content[0] >= last, "An older version came back.");
            last = content[0];
        }
        await writer;

        async Task WriteAsync()
        {
            for (byte i = 2; i < 20; i++) await Cloud.PutAsync("object", Same(i, Length), default);
            await written.CancelAsync();
        }
    }

    [Fact]
    public async Task Concurrent_writes_to_different_names_do_not_disturb_each_other()
    {
        int[] lengths = [.. Enumerable.Range(0, 40).Select(static i => 1000 * i)];
        await Task.WhenAll(lengths.Select(length => Cloud.PutAsync($"n/{length}", Bytes(length, length), default)));

        byte[][] contents = await Task.WhenAll(lengths.Select(length => ReadAsync($"n/{length}", 50_000)));

        for (int i = 0; i < lengths.Length; i++) Assert.Equal(Bytes(lengths[i], lengths[i]), contents[i]);
        await Task.WhenAll(lengths.Select(length => Cloud.DeleteAsync($"n/{length}", default)));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task Only_the_slice_that_was_given_is_stored_wherever_it_lies()
    {
        byte[] array = Bytes(100);
        using NativeBytes native = new(array);

        await Cloud.PutAsync("slice", array.AsMemory(10, 20), default);
        await Cloud.PutAsync("native", native.Memory[30..60], default);

        Assert.Equal(array[10..30], await ReadAsync("slice", 100));
        Assert.Equal(array[30..60], await ReadAsync("native", 100));
    }

    [Fact]
    public async Task A_cancelled_operation_throws_and_does_nothing()
    {
        await Cloud.PutAsync("object", Bytes(10), default);
        CancellationToken cancelled = new(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cloud.PutAsync("object", Bytes(20), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cloud.PutAsync("other", Bytes(20), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Cloud.GetAsync("object", 0, new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cloud.DeleteAsync("object", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => { await foreach (CloudEntry _ in Cloud.ListAsync("", cancelled)) { } });
        Assert.Equal([new CloudEntry("object", 10)], await ListAsync(""));
    }

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static byte[] Same(byte value, int length)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private protected async Task<byte[]> ReadAsync(string name, int lengthMax)
    {
        byte[] buffer = new byte[lengthMax];
        return buffer[..await Cloud.GetAsync(name, 0, buffer, default)];
    }

    private protected async Task<List<CloudEntry>> ListAsync(string prefix)
    {
        List<CloudEntry> entries = [];
        await foreach (CloudEntry entry in Cloud.ListAsync(prefix, default)) entries.Add(entry);
        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    private protected async Task<IEnumerable<string>> NamesAsync(string prefix) =>
        (await ListAsync(prefix)).Select(static entry => entry.Name);

    private protected static async Task<CloudException> FailsAsync(CloudFailure kind, Task operation)
    {
        CloudException error = await Assert.ThrowsAsync<CloudException>(() => operation);
        Assert.True(kind == error.Kind, $"{error.Kind}, where {kind} was expected: {error.Message}");
        return error;
    }

    /// <summary>Memory that is no array.</summary>
    private sealed unsafe class NativeBytes : MemoryManager<byte>
    {
        private readonly byte* _bytes;
        private readonly int _length;

        public NativeBytes(ReadOnlySpan<byte> content)
        {
            _length = content.Length;
            _bytes = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)_length);
            content.CopyTo(GetSpan());
        }

        public override Span<byte> GetSpan() => new(_bytes, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_bytes + elementIndex);

        public override void Unpin() { }

        protected override void Dispose(bool disposing) => System.Runtime.InteropServices.NativeMemory.Free(_bytes);
    }
}
