using System.Text;
using BftSmr.Client;
using BftSmr.Replication;
using BftSmr.Runtime.Hosting;

namespace BftSmr.Tests.Hosting;

/// <summary>Whole replicas, with everything real but the distance between them.</summary>
public sealed class BftReplicaTests
{
    [Theory]
    [InlineData(Durability.Votes)]
    [InlineData(Durability.Decisions)]
    [InlineData(Durability.None)]
    public async Task Operations_execute_once_in_one_order_at_all_replicas_and_queries_see_them(Durability durability)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(c => c with { Durability = durability });
        await using BftClient client = await cluster.ConnectAsync();

        for (int i = 1; i <= 20; i++)
        {
            ReadOnlyMemory<byte> reply = await client.InvokeAsync(Encoding.UTF8.GetBytes($"w{i}"));
            Assert.Equal($"{i}", Encoding.UTF8.GetString(reply.Span));
            Assert.Equal($"w{i}", Encoding.UTF8.GetString((await client.QueryAsync(default)).Span));
        }
        BftOperationFailedException refused = await Assert.ThrowsAsync<BftOperationFailedException>(() => client.InvokeAsync("refuse"u8.ToArray()));
        Assert.Contains("refused", refused.Message, StringComparison.Ordinal);
        await TestCluster.AppendAsync(client, Enumerable.Range(21, 480).Select(static i => $"w{i}"));

        Digest expected = RegisterService.DigestOf(Enumerable.Range(1, 500).Select(static i => $"w{i}"));
        for (int i = 0; i < 4; i++) await cluster.WaitForAsync(i, s => s.StateDigest == expected);
    }
}
