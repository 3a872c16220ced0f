using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

public sealed class FolderCloudTests : CloudConformance, IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private protected override Task<ICloud> OpenAsync() =>
        Task.FromResult<ICloud>(new FolderCloud("folder", Directory.CreateDirectory(_folder.At("cloud")).FullName));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_object_is_a_file_of_its_name()
    {
        await Cloud.PutAsync("unit/v1/meta", Bytes(10), default);

        Assert.Equal(Bytes(10), await File.ReadAllBytesAsync(_folder.At("cloud", "unit", "v1", "meta")));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_cloud_that_is_down_and_not_an_empty_one()
    {
        await Cloud.PutAsync("object", Bytes(1), default);
        Directory.Delete(_folder.At("cloud"), recursive: true);

        await FailsAsync(CloudFailure.Unavailable, Cloud.PutAsync("object", Bytes(1), default));
        await FailsAsync(CloudFailure.Unavailable, Cloud.DeleteAsync("object", default));
        await FailsAsync(CloudFailure.Unavailable, ListAsync(""));
        CloudException error = await FailsAsync(
            CloudFailure.Unavailable, Cloud.GetAsync("object", 0, new byte[1], default));

        Assert.Contains(_folder.At("cloud"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_no_objects_are_not_listed()
    {
        await Cloud.PutAsync("object", Bytes(1), default);
        await File.WriteAllTextAsync(_folder.At("cloud", "notes about it.txt"), "");
        await File.WriteAllTextAsync(_folder.At("cloud", "~incoming", "half"), "");
        File.CreateSymbolicLink(_folder.At("cloud", "link"), _folder.At("cloud", "object"));

        Assert.Equal(["object"], await NamesAsync(""));
    }

    [Fact]
    public async Task What_a_writer_that_died_left_behind_goes_away_after_a_day()
    {
        string left = _folder.At("cloud", "~incoming", "left"), fresh = _folder.At("cloud", "~incoming", "fresh");
        Directory.CreateDirectory(_folder.At("cloud", "~incoming"));
        await File.WriteAllTextAsync(left, "half an object");
        await File.WriteAllTextAsync(fresh, "of another writer, perhaps");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));

        await Cloud.PutAsync("object", Bytes(1), default);

        Assert.Equal([fresh], Directory.GetFiles(_folder.At("cloud", "~incoming")));
    }

    [Fact]
    public async Task A_sweep_deletes_what_is_old_enough_and_nothing_else()
    {
        Assert.Equal(0, await Cloud.SweepAsync(TimeSpan.Zero, default));
        await Cloud.PutAsync("object", Bytes(1), default);
        string left = _folder.At("cloud", "~incoming", "left"), fresh = _folder.At("cloud", "~incoming", "fresh");
        await File.WriteAllTextAsync(left, "half an object");
        await File.WriteAllTextAsync(fresh, "of another writer, perhaps");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(_folder.At("cloud", "object"), DateTime.UtcNow.AddHours(-2));

        Assert.Equal(1, await Cloud.SweepAsync(TimeSpan.FromHours(1), default));

        Assert.Equal([fresh], Directory.GetFiles(_folder.At("cloud", "~incoming")));
        Assert.Equal(["object"], await NamesAsync(""));
    }

    [Fact]
    public async Task Writers_and_deleters_of_one_folder_do_not_disturb_each_other()
    {
        Task[] tasks = [.. Enumerable.Range(0, 8).Select(async i =>
        {
            for (int round = 0; round < 50; round++)
            {
                await Cloud.PutAsync($"a/b/{i}", Bytes(1), default);
                await Cloud.DeleteAsync($"a/b/{i}", default);
            }
        })];

        await Task.WhenAll(tasks);

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_folder_in_the_place_of_an_object_is_an_error_with_its_reason()
    {
        await Cloud.PutAsync("a/b", Bytes(1), default);

        CloudException error = await FailsAsync(CloudFailure.Broken, Cloud.PutAsync("a", Bytes(1), default));

        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
        await FailsAsync(CloudFailure.Broken, Cloud.GetAsync("a", 0, new byte[1], default));
        Assert.Equal([new CloudEntry("a/b", 1)], await ListAsync(""));
    }
}
