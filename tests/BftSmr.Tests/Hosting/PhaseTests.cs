using System.Collections.Concurrent;
using BftCloud.Primitives;
using BftSmr.Hosting;
using BftSmr.Storage;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.Hosting;

/// <summary>A replica on its way back says where it is.</summary>
public sealed class PhaseTests
{
    private const int Words = 40;

    [Fact]
    public async Task A_replica_whose_sources_send_nothing_is_fetching_and_says_what_it_lacks()
    {
        await using TestCluster cluster = await StartWithCheckpointsAsync(static () => new RegisterService());
        for (int id = 0; id < 3; id++)
        {
            foreach (string run in Directory.GetFiles(Path.Combine(cluster.DataOf(id), "checkpoints"), "*.run"))
                LogHarness.FlipBit(run, 3);
        }

        await cluster.StartReplicaAsync(3);

        BftReplicaStatus status = await cluster.WaitForAsync(
            3, static s => s is
            {
                Phase: BftReplicaPhase.Fetching, Checkpoint.BytesHad: not null, InstancesBehind: > 0,
            });
        Assert.True(status.Checkpoint!.BytesHad < status.Checkpoint.BytesNeeded, $"{status.Checkpoint}");
        Assert.Equal(
            $"forgot its votes, and fetches a checkpoint, {status.InstancesBehind} instances behind", status.NotReady);
        Assert.Equal(BftReplicaPhase.Ready, (await cluster.Replicas[0]!.GetStatusAsync()).Phase);
    }

    [Fact]
    public async Task A_replica_whose_service_takes_long_is_loading_and_answers_meanwhile()
    {
        using ManualResetEventSlim released = new(initialState: true);
        await using TestCluster cluster = await StartWithCheckpointsAsync(() => new HeldLoadService(released));
        released.Reset();

        await cluster.StartReplicaAsync(3);

        try
        {
            BftReplicaStatus status = await cluster.WaitForAsync(
                3, static s => s is { Phase: BftReplicaPhase.Loading, Checkpoint: { BytesHad: > 0 } c }
                    && c.BytesHad == c.BytesNeeded);
            Assert.True(status.CatchingUp);
            Assert.Contains("loads a checkpoint", status.NotReady, StringComparison.Ordinal);
        }
        finally
        {
            released.Set();
        }
        BftReplicaStatus back = await cluster.WaitForAsync(
            3, static s => s.StateDigest == RegisterService.DigestOf(All) && s.Checkpoint is null);
        Assert.NotEqual(BftReplicaPhase.Loading, back.Phase);
    }

    [Fact]
    public async Task A_start_tells_what_it_reads_from_when_its_directory_is_locked_and_can_be_given_up()
    {
        await using TestCluster cluster = await StartWithCheckpointsAsync(static () => new RegisterService());
        await cluster.StopReplicaAsync(0);
        Told told = new();
        BftReplicaOptions options = cluster.OptionsOf(0) with { StartProgress = told };
        using CancellationTokenSource given = new();
        Told until = new((_, count) =>
        {
            Assert.Throws<StorageException>(() => DataDirectoryLock.Take(cluster.DataOf(0)));
            if (count == 3) given.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => BftReplica.StartAsync(options with { StartProgress = until }, new RegisterService(), given.Token));
        await using BftReplica replica = await BftReplica.StartAsync(options, new RegisterService());

        BftStartProgress[] all = [.. told.Reports];
        Assert.Equal(new BftStartProgress(0, 0), all[0]);
        Assert.True(all[^1].BytesRead > 0 && all[^1].BytesRead == all[^1].BytesToRead, $"{all[^1]}");
        Assert.All(all.Zip(all.Skip(1)), static p => Assert.True(p.First.BytesRead <= p.Second.BytesRead));
    }

    private static IEnumerable<string> All => Enumerable.Range(0, Words).Select(static i => $"w{i}");

    /// <summary>
    /// Three replicas with a stable checkpoint, and without the batches that led to it; the fourth has lost its disk,
    /// and is down.
    /// </summary>
    private static async Task<TestCluster> StartWithCheckpointsAsync(Func<IStateMachine> service)
    {
        TestCluster cluster = await TestCluster.StartAsync(
            static settings => settings with { CheckpointPeriod = 8 }, service);
        await using (BftClient client = await cluster.ConnectAsync())
        {
            foreach (string word in All) await TestCluster.AppendAsync(client, [word]);
        }
        for (int id = 0; id < 3; id++) await cluster.WaitForAsync(id, static s => s.StableCheckpoint.Value >= 40);
        await cluster.StopReplicaAsync(3);
        Directory.Delete(cluster.DataOf(3), recursive: true);
        for (int id = 0; id < 3; id++)
        {
            await cluster.StopReplicaAsync(id);
            await cluster.StartReplicaAsync(id);
        }
        for (int id = 0; id < 3; id++)
            await cluster.WaitForAsync(id, static s => s.Phase == BftReplicaPhase.Ready);
        return cluster;
    }

    private sealed class Told(Action<BftStartProgress, int>? then = null) : IProgress<BftStartProgress>
    {
        public ConcurrentQueue<BftStartProgress> Reports { get; } = new();

        public void Report(BftStartProgress value)
        {
            Reports.Enqueue(value);
            then?.Invoke(value, Reports.Count);
        }
    }
}
