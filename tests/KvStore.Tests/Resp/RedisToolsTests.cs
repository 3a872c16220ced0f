using System.Diagnostics;
using System.Globalization;

namespace KvStore.Tests.Resp;

/// <summary>The programs that come with Redis work with the gateway.</summary>
public class RedisToolsTests
{
    [Fact]
    public async Task Redis_cli()
    {
        await using GatewayFixture gateway = new();
        Assert.Equal("OK", await RunAsync(gateway, "redis-cli", "set", "greeting", "hello"));
        Assert.Equal("hello", await RunAsync(gateway, "redis-cli", "get", "greeting"));
        Assert.Equal("2", await RunAsync(gateway, "redis-cli", "-3", "hset", "h", "a", "1", "b", "2"));
        Assert.Equal("a\n1\nb\n2", await RunAsync(gateway, "redis-cli", "hgetall", "h"));
        Assert.Equal("greeting\nh", await RunAsync(gateway, "redis-cli", "--scan"));
        Assert.Equal("name=", (await RunAsync(gateway, "redis-cli", "client", "list")).Split(' ')[4]);
        Assert.Equal("master\n0", (await RunAsync(gateway, "redis-cli", "role")).TrimEnd('\n'));
        Assert.Contains("redis_version:", await RunAsync(gateway, "redis-cli", "info"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_benchmark()
    {
        await using GatewayFixture gateway = new();
        string output = await RunAsync(
            gateway, "redis-benchmark", "-t",
            "ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,zadd,zpopmin,lrange_100,mset", "-n",
            "2000", "-c", "20", "-P", "16", "-q", "-r", "100");
        foreach (string test in (string[])[
            "PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP",
            "SADD", "HSET", "ZADD", "ZPOPMIN", "LRANGE_100", "MSET (10 keys)"])
            Assert.Contains($"{test}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("rror", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(GatewayFixture gateway, string program, params string[] arguments)
    {
        string port = gateway.Server.EndPoint.Port.ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(new ProcessStartInfo(program, ["-p", port, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} failed: {await error} {output}");
        Assert.DoesNotContain("WARNING", await error, StringComparison.Ordinal);
        return output.TrimEnd('\n');
    }
}
