using System.Text;
using BftSmr.Hosting;

namespace BftSmr.Tests.Hosting;

/// <summary>A service that is at work for long, while its replica hears and answers everybody.</summary>
public sealed class SlowServiceTests
{
    private const int Looks = 30;

    [Fact]
    public async Task A_batch_that_takes_thrice_the_timeout_changes_no_leader_and_drops_no_link()
    {
        using CountdownEvent begun = new(4);
        using ManualResetEventSlim released = new();
        await using TestCluster cluster = await TestCluster.StartAsync(service: () => new SlowService(begun, released));
        await using BftClient client = await cluster.ConnectAsync();
        await TestCluster.AppendAsync(client, ["first"]);
        for (int i = 0; i < 4; i++) await cluster.WaitForAsync(i, static s => s.Peers.All(static p => p.IsConnected));

        Task<ReadOnlyMemory<byte>> slow = client.InvokeAsync("slow"u8.ToArray());
        Assert.True(await Task.Run(() => begun.Wait(Patience.Time)), "All replicas execute.");
        Task<ReadOnlyMemory<byte>> next = client.InvokeAsync("next"u8.ToArray());
        Task<ReadOnlyMemory<byte>> read = client.QueryAsync(default);
        Task<BftReplicaStatus> digest = cluster.Replicas[0]!.GetStatusAsync(withStateDigest: true);
        using (PeriodicTimer look = new(TimeSpan.FromMilliseconds(100)))
        {
            for (int looks = 0; looks < Looks; looks++)
            {
                await look.WaitForNextTickAsync();
                foreach (BftReplica? replica in cluster.Replicas)
                    AssertUndisturbed(await replica!.GetStatusAsync().WaitAsync(Patience.Time));
            }
        }
        Assert.False(slow.IsCompleted || next.IsCompleted || read.IsCompleted || digest.IsCompleted);

        released.Set();
        Assert.Equal("2", Encoding.UTF8.GetString((await slow).Span));
        Assert.Equal("3", Encoding.UTF8.GetString((await next).Span));
        Assert.NotEmpty((await read).ToArray());
        Assert.NotNull((await digest).StateDigest);
        for (int i = 0; i < 4; i++)
        {
            AssertUndisturbed(
                await cluster.WaitForAsync(
                    i, static s => s.StateDigest == RegisterService.DigestOf(["first", "slow", "next"])));
        }
    }

    private static void AssertUndisturbed(BftReplicaStatus status)
    {
        Assert.Equal(0, status.LeaderChanges);
        Assert.All(status.Peers, static peer => Assert.True(peer.IsConnected, $"The link to {peer.Id} is down."));
    }

    [Fact]
    public async Task A_replica_that_is_stopped_waits_for_its_service()
    {
        using CountdownEvent begun = new(4);
        using ManualResetEventSlim released = new();
        await using TestCluster cluster = await TestCluster.StartAsync(service: () => new SlowService(begun, released));
        await using BftClient client = await cluster.ConnectAsync();
        Task<ReadOnlyMemory<byte>> slow = client.InvokeAsync("slow"u8.ToArray());
        Assert.True(await Task.Run(() => begun.Wait(Patience.Time)), "All replicas execute.");
        await cluster.Replicas[3]!.GetStatusAsync(); // another thread has taken over
        Task stopping = cluster.StopReplicaAsync(3);
        released.Set();
        await stopping.WaitAsync(Patience.Time);
        await slow;
    }
}
