using System.Text;
using BftCloud.Primitives;
using BftSmr.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Hosting;

/// <summary>Four real replicas in this process, over loopback sockets and real files.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Func<IStateMachine> _service;

    private TestCluster(LocalCluster cluster, Func<IStateMachine> service, ILoggerFactory loggerFactory)
    {
        (Cluster, _service, LoggerFactory) = (cluster, service, loggerFactory);
        Replicas = new BftReplica?[cluster.ReplicaKeys.Count];
    }

    public LocalCluster Cluster { get; }

    public ILoggerFactory LoggerFactory { get; }

    public BftReplica?[] Replicas { get; }

    public static async Task<TestCluster> StartAsync(
        Func<ClusterConfiguration, ClusterConfiguration>? adjust = null, Func<IStateMachine>? service = null,
        ILoggerFactory? loggerFactory = null, int clients = 1)
    {
        TestCluster cluster = new(
            LocalCluster.Create(clients: clients, adjust: adjust), service ?? (static () => new RegisterService()),
            loggerFactory ?? NullLoggerFactory.Instance);
        for (int i = 0; i < cluster.Replicas.Length; i++) DataDirectory.Initialize(cluster.DataOf(i));
        await Task.WhenAll(Enumerable.Range(0, cluster.Replicas.Length).Select(cluster.StartReplicaAsync));
        return cluster;
    }

    public string DataOf(int replica) => _directory.At($"r{replica}");

    public Task StartReplicaAsync(int replica) => StartReplicaAsync(replica, static options => options);

    public async Task StartReplicaAsync(int replica, Func<BftReplicaOptions, BftReplicaOptions> adjust) =>
        Replicas[replica] = await BftReplica.StartAsync(adjust(OptionsOf(replica)), _service());

    public BftReplicaOptions OptionsOf(int replica) => new()
    {
        Cluster = Cluster.Configuration,
        Self = new ReplicaId(replica),
        Key = Cluster.ReplicaKeys[replica],
        DataDirectory = DataOf(replica),
        LoggerFactory = LoggerFactory,
    };

    public async Task StopReplicaAsync(int replica)
    {
        await Replicas[replica]!.DisposeAsync();
        await Replicas[replica]!.Completion;
        Replicas[replica] = null;
    }

    public Task<BftClient> ConnectAsync() => BftClient.ConnectAsync(new BftClientOptions
    {
        Cluster = Cluster.Configuration,
        ClientId = new ClientId(0),
        Key = Cluster.ClientKeys[0],
        LoggerFactory = LoggerFactory,
    });

    /// <summary>Appends words, several at a time.</summary>
    public static async Task AppendAsync(BftClient client, IEnumerable<string> words) =>
        await Task.WhenAll(words.Select(word => client.InvokeAsync(Encoding.UTF8.GetBytes(word))));

    /// <summary>
    /// Waits until a running replica's status is as it should be; the deadline is only for what never comes.
    /// </summary>
    public async Task<BftReplicaStatus> WaitForAsync(
        int replica, Func<BftReplicaStatus, bool> condition, bool withStateDigest = true)
    {
        using CancellationTokenSource patience = new(Patience.Time);
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            BftReplicaStatus status = await Replicas[replica]!.GetStatusAsync(withStateDigest, patience.Token);
            if (condition(status)) return status;
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It did not come to this within {Patience.Time}: {status}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BftReplica? replica in Replicas)
        {
            if (replica is not null) await replica.DisposeAsync();
        }
        Cluster.Dispose();
        _directory.Dispose();
    }
}
