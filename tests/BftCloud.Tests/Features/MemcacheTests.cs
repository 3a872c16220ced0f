using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Features;

/// <summary>The cache by its commands: a server, a client, a benchmark, what it tells of itself.</summary>
public sealed partial class MemcacheTests
{
    [Fact]
    public async Task Values_go_in_and_out_and_are_counted()
    {
        using Process server = CommandLineRun.Start("memcache", "serve", "-p", "0", "--metrics", "127.0.0.1:0");
        try
        {
            string at = await AddressAsync(server, "memcached at ");
            string monitoring = await AddressAsync(server, "at http://");
            Assert.Equal("", await CommandLineRun.SucceedAsync("memcache", "set", "greeting", "hello", "--server", at));
            Assert.Equal("hello\n", await CommandLineRun.SucceedAsync("memcache", "get", "greeting", "--server", at));
            Assert.Contains(
                "no value for 'none'", await CommandLineRun.FailAsync(1, "memcache", "get", "none", "--server", at),
                StringComparison.Ordinal);
            await CommandLineRun.SucceedAsync("memcache", "set", "short", "x", "--ttl", "1h", "--server", at);

            Assert.Matches(
                @"cmd_set +2\n", await CommandLineRun.SucceedAsync("memcache", "stats", "--server", at));
            using JsonDocument stats = JsonDocument.Parse(
                await CommandLineRun.SucceedAsync("memcache", "stats", "--server", at, "--json"));
            JsonElement one = Assert.Single(stats.RootElement.EnumerateArray());
            Assert.Equal(at, one.GetProperty("server").GetString());
            Assert.Equal("1", one.GetProperty("statistics").GetProperty("get_hits").GetString());

            using HttpClient http = new();
            Assert.Equal("ok\n", await http.GetStringAsync(new Uri($"http://{monitoring}/healthz")));
            Assert.Contains(
                "memcache_items", await http.GetStringAsync(new Uri($"http://{monitoring}/metrics")),
                StringComparison.Ordinal);
            LinuxProcess.Send(server.Id, Signal.Terminate);
            await server.WaitForExitAsync();
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            if (!server.HasExited) server.Kill();
        }
    }

    [Fact]
    public async Task A_benchmark_tells_operations_hits_and_latencies()
    {
        using Process first = CommandLineRun.Start("memcache", "serve", "-p", "0");
        using Process second = CommandLineRun.Start("memcache", "serve", "-p", "0");
        try
        {
            string servers =
                $"{await AddressAsync(first, "memcached at ")},{await AddressAsync(second, "memcached at ")}";
            string[] bench =
            [
                "bench", "memcache", "--servers", servers, "--clients", "4", "--value-bytes", "100", "--reads", "0.9",
                "--keys", "zipf:100", "--warm-up", "500ms", "--duration", "1s",
            ];
            using JsonDocument report = JsonDocument.Parse(await CommandLineRun.SucceedAsync([.. bench, "--json"]));
            JsonElement root = report.RootElement;
            Assert.True(root.GetProperty("operations").GetInt64() > 0);
            Assert.Equal(0, root.GetProperty("errors").GetInt64());
            Assert.InRange(root.GetProperty("hitShare").GetDouble(), 0.5, 1);
            Assert.True(root.GetProperty("p50Micros").GetInt64() <= root.GetProperty("p99Micros").GetInt64());
            Assert.Contains("hits", await CommandLineRun.SucceedAsync(bench), StringComparison.Ordinal);
            foreach (string server in servers.Split(','))
            {
                Assert.DoesNotMatch(
                    @"cmd_get +0\n", await CommandLineRun.SucceedAsync("memcache", "stats", "--server", server));
            }
        }
        finally
        {
            first.Kill();
            second.Kill();
        }
    }

    [Fact]
    public async Task A_user_file_is_asked_for_and_named()
    {
        using TemporaryDirectory directory = new();
        string users = directory.At("users");
        await File.WriteAllTextAsync(users, "me:word\n");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using Process server = CommandLineRun.Start("memcache", "serve", "-p", "0", "-Y", users);
        try
        {
            string at = await AddressAsync(server, "memcached at ");
            await CommandLineRun.SucceedAsync("memcache", "set", "a", "x", "--server", at, "-Y", users);
            Assert.Contains(
                "refused", await CommandLineRun.FailAsync(1, "memcache", "get", "a", "--server", at),
                StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        string error = await CommandLineRun.FailAsync(1, "memcache", "get", "a", "--server", "127.0.0.1:1");
        Assert.Contains("The cache server 127.0.0.1:1 cannot be reached", error, StringComparison.Ordinal);
    }

    private static async Task<string> AddressAsync(Process server, string before)
    {
        string line = (await server.StandardOutput.ReadLineAsync())!;
        return AddressPattern().Match(line[line.IndexOf(before, StringComparison.Ordinal)..]).Value;
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex AddressPattern();
}
