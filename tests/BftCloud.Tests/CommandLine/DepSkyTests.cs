using System.Text.Json;

namespace BftCloud.Tests.CommandLine;

/// <summary>The depsky commands on folders, as a person uses them.</summary>
public sealed class DepSkyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Config => _directory.At("D", "depsky.json");

    [Fact]
    public async Task What_was_put_is_got_listed_described_and_removed()
    {
        await InitAsync();
        string content = await FileAsync("content", 200_000);

        Assert.Contains("version 0.1", await RunAsync("put", "a/b", content), StringComparison.Ordinal);
        Assert.Contains("version 0.2", await RunAsync("put", "a/b", content), StringComparison.Ordinal);
        await RunAsync("put", "other", content);
        await RunAsync("get", "a/b", _directory.At("copy"));
        Assert.Equal(await File.ReadAllBytesAsync(content), await File.ReadAllBytesAsync(_directory.At("copy")));
        await RunAsync("get", "a/b", _directory.At("part"), "--offset", "100", "--length", "50");
        Assert.Equal(
            (await File.ReadAllBytesAsync(content))[100..150], await File.ReadAllBytesAsync(_directory.At("part")));

        JsonElement list = JsonDocument.Parse(await RunAsync("ls", "--json")).RootElement;
        Assert.Equal(
            ["a/b", "other"], list.EnumerateArray().Select(static item => item.GetProperty("unit").GetString()));
        Assert.Contains("a/b", await RunAsync("ls", "a/"), StringComparison.Ordinal);
        JsonElement stat = JsonDocument.Parse(await RunAsync("stat", "a/b", "--json")).RootElement;
        Assert.Equal(
            (200_000, "confidential"),
            (stat.GetProperty("sizeBytes").GetInt32(), stat.GetProperty("protection").GetString()));
        Assert.InRange(stat.GetProperty("storedBytes").GetInt64(), 300_000, 305_000);

        await RunAsync("rm", "a/b");
        Assert.Contains(
            "There is no unit 'a/b'", await FailAsync(1, "get", "a/b", _directory.At("gone")),
            StringComparison.Ordinal);
        Assert.False(File.Exists(_directory.At("gone")));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.partial"));
    }

    [Fact]
    public async Task A_cloud_that_is_emptied_is_named_and_mended_and_a_new_one_filled()
    {
        await InitAsync();
        await RunAsync("put", "unit", await FileAsync("content", 100_000));
        Directory.Delete(_directory.At("D", "clouds", "cloud0"), recursive: true);
        CommandLineRun run = await CommandLineRun.OfAsync("depsky", "verify", "--config", Config);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cloud0", run.Error, StringComparison.Ordinal);
        Directory.CreateDirectory(_directory.At("D", "clouds", "cloud0"));

        run = await CommandLineRun.OfAsync("depsky", "verify", "--config", Config);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("wrong: cloud0: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("depsky repair", run.Error, StringComparison.Ordinal);
        Assert.Contains("mended: cloud0: ", await RunAsync("repair"), StringComparison.Ordinal);
        Assert.Contains("sound", await RunAsync("verify", "unit"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(
            Config,
            (await File.ReadAllTextAsync(Config)).Replace("clouds/cloud1", "clouds/new", StringComparison.Ordinal));
        Directory.CreateDirectory(_directory.At("D", "clouds", "new"));
        Assert.Contains("in 'cloud1'", await RunAsync("replace", "cloud1"), StringComparison.Ordinal);
        Assert.Contains("sound", await RunAsync("verify", "unit"), StringComparison.Ordinal);
        Assert.Contains(
            "it has cloud0, cloud1, cloud2, cloud3", await FailAsync(1, "replace", "cloud9"), StringComparison.Ordinal);
        Assert.StartsWith("Deleted 0 ", await RunAsync("gc"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("put", "../x", "y")]
    [InlineData("put", "a//b", "y")]
    [InlineData("put", "/a", "y")]
    [InlineData("get", "line\nbreak")]
    [InlineData("get", "unit", "--offset", "-1")]
    [InlineData("lock", "unit", "--lease", "1s")]
    [InlineData("verify", "good", "b/../d")]
    public async Task Nonsense_is_wrong_usage(string command, params string[] arguments)
    {
        string error = await CommandLineRun.FailAsync(2, ["depsky", command, "--config", "none.json", .. arguments]);

        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_name_of_a_users_file_is_put_listed_and_got()
    {
        await InitAsync();
        string content = await FileAsync("content", 100);
        string[] names =
        [
            "@home", "Photos/2026 été/Ça va?.jpg", "a+b=c&d", "notes.txt", "Notes.txt", ".bashrc", "~x/~~",
            "日本語/ファイル.txt",
        ];
        foreach (string name in names) await RunAsync("put", name, content);
        foreach (string name in names)
        {
            await RunAsync("get", name, _directory.At("copy"));
            Assert.Equal(
                await File.ReadAllBytesAsync(content), await File.ReadAllBytesAsync(_directory.At("copy")));
        }

        JsonElement list = JsonDocument.Parse(await RunAsync("ls", "--json")).RootElement;

        Assert.Equal(
            names.Order(StringComparer.Ordinal),
            list.EnumerateArray().Select(static item => item.GetProperty("unit").GetString()!)
                .Order(StringComparer.Ordinal));
        string[] places = Directory.GetDirectories(_directory.At("D", "clouds", "cloud0"));
        Assert.Equal(places.Length, places.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task An_upload_that_can_be_resumed_leaves_no_ticket_and_overwrites_no_other_file()
    {
        await InitAsync();
        string content = await FileAsync("content", 100_000), ticket = _directory.At("ticket");

        Assert.Contains(
            "version 0.1", await RunAsync("put", "--resume", ticket, "unit", content), StringComparison.Ordinal);
        Assert.False(File.Exists(ticket));
        Assert.Contains(
            "not the ticket", await FailAsync(1, "put", "--resume", Config, "unit", content), StringComparison.Ordinal);
        Assert.Contains(
            "the content itself", await FailAsync(1, "put", "--resume", content, "unit", content),
            StringComparison.Ordinal);
        Assert.Contains(
            "needs a PATH", await FailAsync(1, "put", "--resume", ticket, "unit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_cloud_failed_at_is_told_though_the_command_succeeded()
    {
        await InitAsync();
        Directory.Delete(_directory.At("D", "clouds", "cloud2"), recursive: true);
        string content = await FileAsync("content", 1000);

        CommandLineRun put = await CommandLineRun.OfAsync("depsky", "put", "--config", Config, "unit", content);
        JsonElement told = JsonDocument.Parse(await RunAsync("put", "unit", content, "--json")).RootElement;
        CommandLineRun list = await CommandLineRun.OfAsync("depsky", "ls", "--config", Config, "--verbose");

        Assert.Equal((0, 0), (put.ExitCode, list.ExitCode));
        Assert.Contains("warning: cloud2: its folder", put.Error, StringComparison.Ordinal);
        JsonElement cloud = told.GetProperty("clouds")[2];
        Assert.Equal("cloud2", cloud.GetProperty("cloud").GetString());
        Assert.True(cloud.GetProperty("failures").GetInt32() > 0);
        Assert.Equal("unavailable", cloud.GetProperty("faults")[0].GetProperty("kind").GetString());
        Assert.Contains("cloud3: 0 requests were tried again", list.Error, StringComparison.Ordinal);
        Assert.Contains("unit", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_files_and_wrong_settings_are_explained()
    {
        await InitAsync();
        Assert.Contains(
            "bftcloud depsky init",
            await CommandLineRun.FailAsync(1, "depsky", "ls", "--config", _directory.At("none.json")),
            StringComparison.Ordinal);
        Assert.Contains(
            "depsky.json in it", await CommandLineRun.FailAsync(1, "depsky", "ls", "--config", _directory.At("D")),
            StringComparison.Ordinal);
        Assert.Contains(
            "There is no file", await FailAsync(1, "put", "unit", _directory.At("none")), StringComparison.Ordinal);
        Assert.Contains("is a directory", await FailAsync(1, "put", "unit", _directory.Path), StringComparison.Ordinal);
        Assert.Contains(
            "is not empty", await CommandLineRun.FailAsync(1, "depsky", "init", "--out", _directory.At("D")),
            StringComparison.Ordinal);
        Assert.Contains(
            "Four clouds tolerate one",
            await CommandLineRun.FailAsync(1, "depsky", "init", "--local", "3", "--out", _directory.At("E")),
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Config,
            (await File.ReadAllTextAsync(Config)).Replace("\"writerKey\"", "\"writerkey\"", StringComparison.Ordinal));
        Assert.Contains("'writerkey': is not a known key", await FailAsync(1, "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_benchmark_measures_and_leaves_nothing_behind()
    {
        await InitAsync();

        JsonElement report = JsonDocument.Parse(await CommandLineRun.SucceedAsync(
            "bench", "depsky", "--config", Config, "--megabytes", "1", "--rounds", "1",
            "--reads", "2", "--slow-by", "5ms", "--json")).RootElement;

        Assert.InRange(report.GetProperty("storageFactor").GetDouble(), 1.5, 1.51);
        Assert.Equal(4, report.GetProperty("oneSlow").GetArrayLength());
        Assert.Empty(Directory.EnumerateFiles(_directory.At("D", "clouds"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_demo_shows_what_it_says()
    {
        string output = await CommandLineRun.SucceedAsync("depsky", "demo");

        Assert.Contains("No cloud can read it", output, StringComparison.Ordinal);
        Assert.Contains("mended: cloud", output, StringComparison.Ordinal);
        Assert.Contains("What was shown", output, StringComparison.Ordinal);
    }

    private Task<string> InitAsync() =>
        CommandLineRun.SucceedAsync("depsky", "init", "--local", "4", "--out", _directory.At("D"));

    private async Task<string> FileAsync(string name, int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        await File.WriteAllBytesAsync(_directory.At(name), content);
        return _directory.At(name);
    }

    private Task<string> RunAsync(string command, params string[] arguments) =>
        CommandLineRun.SucceedAsync(["depsky", command, "--config", Config, .. arguments]);

    private Task<string> FailAsync(int exitCode, string command, params string[] arguments) =>
        CommandLineRun.FailAsync(exitCode, ["depsky", command, "--config", Config, .. arguments]);
}
