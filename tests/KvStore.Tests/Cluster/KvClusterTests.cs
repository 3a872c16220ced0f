using System.Net;
using System.Text;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Gateway;
using KvStore.Tests.Resp;

namespace KvStore.Tests.Cluster;

public class KvClusterTests
{
    [Fact]
    public async Task Writers_go_on_while_the_leader_is_replaced_and_every_increment_counts_once()
    {
        const int Writers = 8, Increments = 60;
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync();
        KvClient client = new(connection);
        int begun = 0;
        TaskCompletionSource half = new();
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (int i = 0; i < Increments; i++)
            {
                await client.IncrementAsync("sum");
                await client.PutAsync($"w{w}:{i:D3}", $"{w}.{i}");
                if (Interlocked.Increment(ref begun) == Writers * Increments / 2) half.SetResult();
            }
        }))];
        await half.Task;
        await cluster.StopAsync(0); // the first leader
        await Task.WhenAll(writers);

        Assert.Equal($"{Writers * Increments}", Text(await client.GetAsync("sum")));
        int listed = 0;
        await foreach (KvPair pair in client.ListAsync("w", withValues: true))
        {
            string[] name = Text(pair.Key)!.Split('w', ':');
            Assert.Equal(
                $"{name[1]}.{int.Parse(name[2], System.Globalization.CultureInfo.InvariantCulture)}", Text(pair.Value));
            listed++;
        }
        Assert.Equal(Writers * Increments, listed);

        await cluster.StartAsync(0); // it catches up, by snapshot and log
        await client.PutAsync("after", "1");
        IReadOnlyList<Digest?> digests = await cluster.SettledDigestsAsync();
        Assert.Equal(4, digests.Count);
        Assert.Single(digests.Distinct());
    }

    [Fact]
    public async Task Redis_clients_use_the_cluster_through_two_gateways()
    {
        await using KvCluster cluster = await KvCluster.StartAsync();
        await using BftClient connection = await cluster.ConnectAsync(), other = await cluster.ConnectAsync();
        RespServerOptions options = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using RespServer first = RespServer.Start(connection, options), second = RespServer.Start(other, options);
        using RespTestClient one = new(first.EndPoint), two = new(second.EndPoint);

        for (int i = 0; i < 20; i++)
        {
            // What one gateway has acknowledged, the other shows.
            Assert.Equal("+OK\r\n", one.Call("set", "k", $"{i}"));
            Assert.Equal($"${$"{i}".Length}\r\n{i}\r\n", two.Call("get", "k"));
            Assert.Equal($":{i + 1}\r\n", two.Call("incr", "n"));
            Assert.Equal($"${$"{i + 1}".Length}\r\n{i + 1}\r\n", one.Call("get", "n"));
        }

        one.Call("watch", "k");
        two.Call("set", "k", "x");
        one.Call("multi");
        one.Call("set", "k", "y");
        Assert.Equal("*-1\r\n", one.Call("exec"));
        Assert.Equal("$1\r\nx\r\n", one.Call("get", "k"));

        one.Call("set", "short", "lived", "px", "50");
        while (two.Call("exists", "short") != ":0\r\n") await Task.Yield();
        Assert.Equal("$-1\r\n", one.Call("get", "short"));

        await cluster.StopAsync(3);
        byte[] pipelined =
            [.. Enumerable.Range(0, 500).SelectMany(i => RespTestClient.Encode("rpush", "list", $"{i}"))];
        one.Send(pipelined);
        for (int i = 0; i < 500; i++) Assert.Equal($":{i + 1}\r\n", one.ReadReply());
        Assert.Equal("*2\r\n$3\r\n498\r\n$3\r\n499\r\n", two.Call("lrange", "list", "-2", "-1"));
        Assert.Single((await cluster.SettledDigestsAsync()).Distinct());
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } memory ? Encoding.UTF8.GetString(memory.Span) : null;
}
