using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;

namespace KvStore.Tests.Cluster;

/// <summary>Four replicas of the store in this process, with real links and logs.</summary>
internal sealed class KvCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalCluster _local = LocalCluster.Create(
        f: 1, service: "kv", adjust: c => c with { Durability = Durability.Decisions, CheckpointPeriod = 64 });

    /// <summary>The replicas that run; null where one was stopped.</summary>
    public BftReplica?[] Replicas { get; } = new BftReplica?[4];

    public static async Task<KvCluster> StartAsync()
    {
        KvCluster cluster = new();
        for (int id = 0; id < 4; id++)
        {
            DataDirectory.Initialize(cluster.DirectoryOf(id));
            await cluster.StartAsync(id);
        }
        return cluster;
    }

    public async Task StartAsync(int id) => Replicas[id] = await BftReplica.StartAsync(
        new BftReplicaOptions
        {
            Cluster = _local.Configuration,
            Self = new ReplicaId(id),
            Key = _local.ReplicaKeys[id],
            DataDirectory = DirectoryOf(id),
        },
        new KvStateMachine());

    public async Task StopAsync(int id)
    {
        await Replicas[id]!.DisposeAsync();
        Replicas[id] = null;
    }

    public Task<BftClient> ConnectAsync() => BftClient.ConnectAsync(new BftClientOptions
    {
        Cluster = _local.Configuration,
        ClientId = new ClientId(0),
        Key = _local.ClientKeys[0],
    });

    /// <summary>
    /// Waits until all replicas that run have executed the same and tells the digests of their states.
    /// </summary>
    public async Task<IReadOnlyList<Digest?>> SettledDigestsAsync()
    {
        while (true)
        {
            BftReplicaStatus[] all = await Task.WhenAll(
                Replicas.OfType<BftReplica>().Select(static r => r.GetStatusAsync(withStateDigest: true)));
            if (all.Select(s => s.LastExecuted).Distinct().Count() == 1) return [.. all.Select(s => s.StateDigest)];
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BftReplica? replica in Replicas)
        {
            if (replica is not null) await replica.DisposeAsync();
        }
        _local.Dispose();
        _directory.Dispose();
    }

    private string DirectoryOf(int id) => _directory.At($"r{id}");
}
