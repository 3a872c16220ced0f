using System.Buffers.Binary;

namespace BftSmr.Tests.Hosting;

/// <summary>More bytes at a time than the queues of links and the inboxes of replicas may hold.</summary>
public sealed class LargeOperationsTests
{
    [Fact]
    public async Task Operations_of_more_bytes_than_a_queue_may_hold_go_through()
    {
        await using TestCluster cluster = await StartAsync();
        await using BftClient client = await cluster.ConnectAsync();
        byte[] operation = Asking(replyBytes: 4, cluster.Cluster.Configuration.OperationBytesMax);
        await InvokeAsync(client, operation, count: 100);
    }

    [Fact]
    public async Task Replies_of_more_bytes_than_a_queue_may_hold_go_through()
    {
        await using TestCluster cluster = await StartAsync();
        await using BftClient client = await cluster.ConnectAsync();
        byte[] query = Asking(cluster.Cluster.Configuration.ReplyBytesMax, operationBytes: 4);
        ReadOnlyMemory<byte>[] replies = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => client.QueryAsync(query)));
        Assert.All(replies, r => Assert.Equal(cluster.Cluster.Configuration.ReplyBytesMax, r.Length));
    }

    [Fact]
    public async Task Operations_and_replies_may_be_as_large_as_a_cluster_allows()
    {
        const int Bytes = 20 << 20;
        await using TestCluster cluster = await StartAsync(
            c => c with
            {
                OperationBytesMax = Bytes,
                ReplyBytesMax = Bytes,
                BatchBytesMax = Bytes + (64 << 10),
                RequestTimeoutMs = 20_000,
            });
        await using BftClient client = await cluster.ConnectAsync();
        Assert.Equal(Bytes, (await client.InvokeAsync(Asking(Bytes, Bytes))).Length);
        Assert.Equal(Bytes, (await client.QueryAsync(Asking(Bytes, operationBytes: 4))).Length);
    }

    private static Task<TestCluster> StartAsync(Func<ClusterConfiguration, ClusterConfiguration>? adjust = null) =>
        TestCluster.StartAsync(
            c => (adjust?.Invoke(c) ?? c) with { Durability = Durability.None }, static () => new ReplyingService());

    private static async Task InvokeAsync(BftClient client, byte[] operation, int count)
    {
        ReadOnlyMemory<byte>[] replies = await Task.WhenAll(
            Enumerable.Range(0, count).Select(_ => client.InvokeAsync(operation)));
        Assert.All(replies, r => Assert.Equal(BinaryPrimitives.ReadInt32LittleEndian(operation), r.Length));
    }

    private static byte[] Asking(int replyBytes, int operationBytes)
    {
        byte[] operation = new byte[operationBytes];
        BinaryPrimitives.WriteInt32LittleEndian(operation, replyBytes);
        return operation;
    }
}
