using System.Net;
using BftSmr;
using KvStore.Gateway;
using KvStore.Tests.Resp;

namespace KvStore.Tests.Cluster;

/// <summary>Clients of two gateways wait for elements while the leader of four replicas is replaced.</summary>
public class BlockingClusterTests
{
    private const int Waiting = 12, Elements = 120;

    [Theory]
    [InlineData("rpush queue", "blpop")]
    [InlineData("zadd queue 1", "bzpopmin")]
    public async Task Each_element_is_taken_once_while_the_leader_is_replaced(string put, string take)
    {
        string[] putting = put.Split(' ');
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync(), other = await cluster.ConnectAsync();
        RespServerOptions options = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using RespServer first = RespServer.Start(connection, options), second = RespServer.Start(other, options);
        Task<List<string>>[] workers = [.. Enumerable.Range(0, Waiting)
            .Select(i => Task.Run(() => Work(take, i % 2 == 0 ? first.EndPoint : second.EndPoint)))];
        while (first.Blocked.Count + second.Blocked.Count < Waiting) await Task.Yield();

        using RespTestClient producer = new(first.EndPoint);
        for (int i = 0; i < Elements; i++)
        {
            if (i == Elements / 3) await cluster.StopAsync(0); // the first leader
            Assert.StartsWith(":", producer.Call([.. putting, $"{i}"]), StringComparison.Ordinal);
        }
        for (int i = 0; i < Waiting; i++) producer.Call([.. putting, $"end{i}"]);

        string[] taken = [.. (await Task.WhenAll(workers)).SelectMany(static worker => worker)];
        Assert.Equal(
            Enumerable.Range(0, Elements).Select(static i => $"{i}").Order(StringComparer.Ordinal),
            taken.Order(StringComparer.Ordinal));
        Assert.Equal(":0\r\n", producer.Call("exists", "queue"));
    }

    private static List<string> Work(string take, EndPoint gateway)
    {
        using RespTestClient client = new(gateway);
        List<string> taken = [];
        while (true)
        {
            string[] lines = client.Call(take, "none", "queue", "0").Split("\r\n");
            Assert.Equal("queue", lines[2]);
            if (lines[4].StartsWith("end", StringComparison.Ordinal)) return taken;
            taken.Add(lines[4]);
        }
    }
}
