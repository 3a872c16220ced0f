using System.Diagnostics;
using System.Text.RegularExpressions;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Clusters;

/// <summary>The clients of Redis against the gateway and four replicas.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class GatewayTests
{
    [Fact]
    public async Task Redis_cli_and_redis_benchmark_work_and_survive_the_leader()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("kv");
        using Process gateway = CommandLineRun.Start("kv", "serve", "--cluster", cluster.Path, "--listen", "127.0.0.1:0");
        try
        {
            string port = PortPattern().Match((await gateway.StandardOutput.ReadLineAsync())!).Groups[1].Value;

            Assert.Equal("PONG", await RedisAsync(port, "ping"));
            Assert.Equal("OK", await RedisAsync(port, "set", "greeting", "hello"));
            Assert.Equal("hello\n", await CommandLineRun.SucceedAsync("kv", "--cluster", cluster.Path, "get", "greeting"));
            Assert.Equal("1", await RedisAsync(port, "incr", "n"));
            cluster.Kill(0);
            Assert.Equal("2", await RedisAsync(port, "incr", "n"));
            Assert.Equal("hello", await RedisAsync(port, "get", "greeting"));
            string figures = await RunAsync("redis-benchmark", "-p", port, "-t", "set,get", "-n", "20000", "-c", "64", "-P", "16", "--csv");
            Assert.Contains("\"SET\"", figures, StringComparison.Ordinal);
            Assert.Contains("\"GET\"", figures, StringComparison.Ordinal);

            LinuxProcess.Send(gateway.Id, Signal.Terminate);
            await gateway.WaitForExitAsync();
            Assert.Equal(0, gateway.ExitCode);
        }
        finally
        {
            if (!gateway.HasExited) gateway.Kill();
        }
    }

    private static async Task<string> RedisAsync(string port, params string[] arguments) => (await RunAsync("redis-cli", ["-p", port, .. arguments])).Trim();

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
        return output;
    }

    [GeneratedRegex(@"at 127\.0\.0\.1:(\d+)\.")]
    private static partial Regex PortPattern();
}
