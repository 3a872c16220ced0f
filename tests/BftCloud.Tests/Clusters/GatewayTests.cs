using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;
using RedisClients;
using StackExchange.Redis;

namespace BftCloud.Tests.Clusters;

/// <summary>The clients of Redis against the gateway and four replicas.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class GatewayTests
{
    [Fact]
    public async Task Redis_cli_and_redis_benchmark_work_and_survive_the_leader()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("kv");
        using Process gateway =
            CommandLineRun.Start("kv", "serve", "--cluster", cluster.Path, "--listen", "127.0.0.1:0");
        try
        {
            string port = PortPattern().Match((await gateway.StandardOutput.ReadLineAsync())!).Groups[1].Value;

            Assert.Equal("PONG", await RedisAsync(port, "ping"));
            Assert.Equal("OK", await RedisAsync(port, "set", "greeting", "hello"));
            Assert.Equal(
                "hello\n", await CommandLineRun.SucceedAsync("kv", "--cluster", cluster.Path, "get", "greeting"));
            Assert.Equal("1", await RedisAsync(port, "incr", "n"));
            cluster.Kill(0);
            Assert.Equal("2", await RedisAsync(port, "incr", "n"));
            Assert.Equal("hello", await RedisAsync(port, "get", "greeting"));
            string figures = await RunAsync(
                "redis-benchmark", "-p", port, "-t", "set,get", "-n", "20000", "-c", "64", "-P", "16", "--csv");
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

    [Fact]
    public async Task StackExchange_Redis_loses_no_acknowledged_write_when_leader_and_gateway_are_killed()
    {
        const int Writers = 8, Steps = 60;
        await using TestCluster cluster = await TestCluster.StartAsync("kv");
        // Nothing else uses this address: while no gateway listens, the port goes to no other test.
        string address = $"127.96.{Environment.ProcessId >> 8 & 255}.{Environment.ProcessId & 255}";
        using Process gateway =
            CommandLineRun.Start("kv", "serve", "--cluster", cluster.Path, "--listen", $"{address}:0");
        Process? again = null;
        try
        {
            IPEndPoint endPoint = await EndPointAsync(gateway);
            await using ConnectionMultiplexer client =
                await new RedisConnector(endPoint).ConnectAsync(RedisProtocol.Resp3);
            IDatabase database = client.GetDatabase();
            TaskCompletionSource restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
            client.ConnectionRestored += (_, _) => restored.TrySetResult();

            AcknowledgedWrites writes = new(database, Writers, Steps);
            Task writing = writes.RunAsync();
            await writes.HalfDone;
            cluster.Kill(0); // the first leader
            Assert.Equal(1, await database.StringIncrementAsync("acknowledged by the next leader"));
            gateway.Kill();
            await gateway.WaitForExitAsync();
            again = CommandLineRun.Start("kv", "serve", "--cluster", cluster.Path, "--listen", $"{endPoint}");
            Assert.Equal(endPoint, await EndPointAsync(again));
            await restored.Task;
            await writing;

            await writes.AssertKeptAsync(database);
        }
        finally
        {
            if (!gateway.HasExited) gateway.Kill();
            if (again is { HasExited: false }) again.Kill();
            again?.Dispose();
        }
    }

    private static async Task<IPEndPoint> EndPointAsync(Process gateway) =>
        IPEndPoint.Parse(EndPointPattern().Match((await gateway.StandardOutput.ReadLineAsync())!).Groups[1].Value);

    private static async Task<string> RedisAsync(string port, params string[] arguments) =>
        (await RunAsync("redis-cli", ["-p", port, .. arguments])).Trim();

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(
            process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
        return output;
    }

    [GeneratedRegex(@"at 127\.0\.0\.1:(\d+)\.")]
    private static partial Regex PortPattern();

    [GeneratedRegex(@"at (\d+\.\d+\.\d+\.\d+:\d+)\.")]
    private static partial Regex EndPointPattern();
}
