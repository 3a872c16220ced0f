using System.Text;
using BftCloud.Primitives;
using BftSmr.Hosting;

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
        BftOperationFailedException refused = await Assert.ThrowsAsync<BftOperationFailedException>(
            () => client.InvokeAsync("refuse"u8.ToArray()));
        Assert.Contains("refused", refused.Message, StringComparison.Ordinal);
        await TestCluster.AppendAsync(client, Enumerable.Range(21, 480).Select(static i => $"w{i}"));

        Digest expected = RegisterService.DigestOf(Enumerable.Range(1, 500).Select(static i => $"w{i}"));
        for (int i = 0; i < 4; i++) await cluster.WaitForAsync(i, s => s.StateDigest == expected);
    }

    [Fact]
    public async Task Everything_acknowledged_survives_the_stop_of_all_replicas()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(SmallCheckpoints);
        for (int round = 0; round < 3; round++)
        {
            await using (
                BftClient client = await cluster.ConnectAsync()) await TestCluster.AppendAsync(client,
                Words(round * 50, 50));
            for (int i = 0; i < 4; i++) await cluster.StopReplicaAsync(i);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(cluster.StartReplicaAsync));
        }
        Digest expected = RegisterService.DigestOf(Words(0, 150));
        for (int i = 0; i < 4; i++) await cluster.WaitForAsync(i, s => s.StateDigest == expected);
        await using BftClient last = await cluster.ConnectAsync();
        Assert.Equal("w149", Encoding.UTF8.GetString((await last.QueryAsync(default)).Span));
        await TestCluster.AppendAsync(last, ["more"]);
    }

    [Theory]
    [InlineData(Durability.Votes)]
    [InlineData(Durability.Decisions)]
    [InlineData(Durability.None)]
    public async Task A_replica_that_was_away_catches_up_while_the_others_go_on(Durability durability)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            c => SmallCheckpoints(c) with { Durability = durability });
        await using BftClient client = await cluster.ConnectAsync();
        await AppendOneByOneAsync(client, 0, 10);
        await cluster.StopReplicaAsync(3);
        await AppendOneByOneAsync(client, 10, 40);
        await cluster.StartReplicaAsync(3);
        await AppendOneByOneAsync(client, 50, 10);

        Digest expected = RegisterService.DigestOf(Words(0, 60));
        for (int i = 0; i < 4; i++) await cluster.WaitForAsync(i, s => s.StateDigest == expected && !s.CatchingUp);
    }

    [Fact]
    public async Task A_replica_that_lost_its_disk_rejoins_and_counts_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(SmallCheckpoints);
        await using BftClient client = await cluster.ConnectAsync();
        await AppendOneByOneAsync(client, 0, 40);
        await cluster.StopReplicaAsync(1);
        Directory.Delete(cluster.DataOf(1), recursive: true);
        await cluster.StartReplicaAsync(1);

        Digest expected = RegisterService.DigestOf(Words(0, 40));
        await cluster.WaitForAsync(1, s => s.StateDigest == expected && s.StableCheckpoint > Instance.Zero);
        await Patience.UntilAsync(
            () => Directory.GetFiles(Path.Combine(cluster.DataOf(1), "checkpoints"), "*.manifest").Length > 0,
            "it has a checkpoint on disk again, fetched or its own");

        // Its non-voting recovery ends by itself, and then its votes count: without replica 3 they are needed.
        await cluster.WaitForAsync(1, static s => !s.IsNonVoting);
        await cluster.StopReplicaAsync(3);
        await AppendOneByOneAsync(client, 40, 5);
        Digest more = RegisterService.DigestOf(Words(0, 45));
        await cluster.WaitForAsync(1, s => s.StateDigest == more);
    }

    [Theory]
    [InlineData("*.manifest")]
    [InlineData("*.run")] // the first chunk of each
    public async Task A_replica_whose_log_and_checkpoints_are_damaged_mends_itself(string damaged)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(SmallCheckpoints);
        await using BftClient client = await cluster.ConnectAsync();
        await AppendOneByOneAsync(client, 0, 40);
        await cluster.WaitForAsync(2, static s => s.StableCheckpoint > Instance.Zero);
        await cluster.StopReplicaAsync(2);
        foreach (string file in Directory.GetFiles(Path.Combine(cluster.DataOf(2), "log"), "log-*"))
            Storage.LogHarness.FlipBit(file, 100);
        foreach (string file in Directory.GetFiles(Path.Combine(cluster.DataOf(2), "checkpoints"), damaged))
            Storage.LogHarness.FlipBit(file, 3);
        await cluster.StartReplicaAsync(2);
        await AppendOneByOneAsync(client, 40, 10);

        Digest expected = RegisterService.DigestOf(Words(0, 50));
        await cluster.WaitForAsync(2, s => s.StateDigest == expected);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(cluster.DataOf(2), "log"), "*.corrupt"));
        Assert.Equal(
            damaged == "*.manifest",
            Directory.GetFiles(Path.Combine(cluster.DataOf(2), "checkpoints"), "*.corrupt").Length > 0);
    }

    [Fact]
    public async Task Large_states_are_transferred_in_many_chunks()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(SmallCheckpoints);
        await using BftClient client = await cluster.ConnectAsync();
        string[] words = [.. Enumerable.Range(0, 20).Select(static i => $"{i}".PadLeft(200_000, 'x'))];
        foreach (string word in words) await TestCluster.AppendAsync(client, [word]);
        await cluster.StopReplicaAsync(0);
        Directory.Delete(cluster.DataOf(0), recursive: true);
        await cluster.StartReplicaAsync(0);
        Digest expected = RegisterService.DigestOf(words);
        await cluster.WaitForAsync(0, s => s.StateDigest == expected);
        Assert.True(
            Directory.GetFiles(Path.Combine(cluster.DataOf(0), "checkpoints"), "*.run")
                .Sum(static file => new FileInfo(file).Length) > 1_000_000);
    }

    [Fact]
    public async Task A_full_disk_stops_a_replica_loudly_and_it_goes_on_where_it_was_when_there_is_room()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(SmallCheckpoints);
        await using BftClient client = await cluster.ConnectAsync();
        await AppendOneByOneAsync(client, 0, 2);
        await cluster.StopReplicaAsync(2);
        string log = Path.Combine(cluster.DataOf(2), "log");
        foreach (string file in Directory.GetFiles(log, "spare-*")) File.Delete(file);
        File.WriteAllBytes(Path.Combine(log, "spare-0"), []); // for the segment that a start begins
        // For the next one: a device that is always full.
        File.CreateSymbolicLink(Path.Combine(log, "spare-1"), "/dev/full");
        await cluster.StartReplicaAsync(2);

        await AppendOneByOneAsync(client, 2, 18);
        StorageException e = await Assert.ThrowsAsync<StorageException>(() => cluster.Replicas[2]!.Completion);
        Assert.Contains("disk is full", e.Message, StringComparison.Ordinal);
        await cluster.Replicas[2]!.DisposeAsync();

        await AppendOneByOneAsync(client, 20, 4);
        File.Delete(Path.Combine(log, "spare-1"));
        await cluster.StartReplicaAsync(2);
        Digest expected = RegisterService.DigestOf(Words(0, 24));
        await cluster.WaitForAsync(2, s => s.StateDigest == expected && !s.IsNonVoting);
    }

    [Fact]
    public async Task A_service_that_throws_stops_its_replica_with_an_error_that_says_whose_defect_it_is()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(service: static () => new ThrowingService());
        await using BftClient client = await cluster.ConnectAsync();
        // A replica that is not connected yet when the three others end cannot learn what they executed.
        for (int id = 0; id < cluster.Replicas.Length; id++)
        {
            await cluster.WaitForAsync(
                id, static s => s.LastExecuted > Instance.Zero && s.Peers.All(static peer => peer.IsConnected));
        }
        Task<ReadOnlyMemory<byte>> operation = client.InvokeAsync("anything"u8.ToArray());
        foreach (BftReplica? replica in cluster.Replicas)
        {
            await Assert.ThrowsAsync<StateMachineException>(() => replica!.Completion);
            await Assert.ThrowsAsync<InvalidOperationException>(() => replica!.GetStatusAsync());
            await replica!.StopAsync();
        }
        Assert.False(operation.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_second_replica_on_the_same_directory_and_one_with_another_key_are_refused()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Assert.Contains(
            "in use", (await Assert.ThrowsAsync<StorageException>(() => cluster.StartReplicaAsync(0))).Message,
            StringComparison.Ordinal);
        BftReplicaOptions options = new()
        {
            Cluster =
                cluster.Cluster.Configuration, Self = new ReplicaId(0), Key = cluster.Cluster.ReplicaKeys[1],
                DataDirectory = cluster.DataOf(0),
        };
        await Assert.ThrowsAsync<ArgumentException>(() => BftReplica.StartAsync(options, new RegisterService()));
        await Assert.ThrowsAsync<ArgumentException>(
            () => BftReplica.StartAsync(options with { Self = new ReplicaId(4) }, new RegisterService()));
    }

    [Fact]
    public async Task Its_status_says_where_a_replica_stands_and_what_it_sees_of_the_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await using BftClient client = await cluster.ConnectAsync();
        await AppendOneByOneAsync(client, 0, 10);
        await cluster.StopReplicaAsync(3);
        BftReplicaStatus status = await cluster.WaitForAsync(
            0, static s => !s.Peers[2].IsConnected && s.Peers[0].LastExecuted == s.LastExecuted);

        Assert.Equal(new ReplicaId(0), status.Self);
        Assert.Equal([1, 2, 3], status.Peers.Select(static p => p.Id.Value));
        Assert.Equal([true, true, false], status.Peers.Select(static p => p.IsConnected));
        Assert.Equal(11, status.ExecutedOperations); // the session's opening is one
        Assert.Equal(1, status.Sessions);
        Assert.True(status.Synchronized);
        Assert.Equal(RegisterService.DigestOf(Words(0, 10)), status.StateDigest);
    }

    [Fact]
    public async Task Stopping_twice_and_disposing_are_the_same()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        BftReplica replica = cluster.Replicas[0]!;
        await Task.WhenAll(replica.StopAsync(), replica.StopAsync(), replica.DisposeAsync().AsTask());
        await replica.Completion;
        await Assert.ThrowsAsync<InvalidOperationException>(() => replica.GetStatusAsync());
    }

    private static ClusterConfiguration SmallCheckpoints(ClusterConfiguration cluster) =>
        cluster with { CheckpointPeriod = 8 };

    private static string[] Words(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(static i => $"w{i}")];

    /// <summary>One instance each.</summary>
    private static async Task AppendOneByOneAsync(BftClient client, int from, int count)
    {
        foreach (string word in Words(from, count)) await TestCluster.AppendAsync(client, [word]);
    }
}
