using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BftCloud.Links;
using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftCloud.Tests.Clusters;

[Collection(ClusterCollection.Name)]
public sealed class BadInputTests
{
    [Fact]
    public async Task Garbage_on_both_ports_is_counted_and_bothers_nobody()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 4);
        Random random = new(11);
        byte[] garbage = new byte[4096];
        random.NextBytes(garbage);
        byte[][] openings =
        [
            garbage, new byte[4096], [.. Enumerable.Repeat((byte)0xff, 4096)],
            "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [],
        ];

        foreach (ReplicaEndpoint replica in cluster.Directory.Cluster.Replicas)
        {
            foreach (string address in (string[])[replica.PeerAddress, replica.ClientAddress])
            {
                foreach (byte[] opening in openings) await SendAsync(address, opening);
            }
        }
        await load.AcknowledgedMoreAsync(200);

        await load.StopAndCheckAsync();
        IReadOnlyList<ReplicaReport?> reports = await cluster.UntilAllAgreeAsync();
        Assert.All(reports, static report => Assert.Equal(0, report!.LeaderChanges));
        for (int id = 0; id < cluster.Count; id++)
            Assert.True(
                await CountAsync(cluster, id, "fault=\"not_this_protocol\"") >= 6,
                $"Replica {id} did not count the garbage.");
    }

    [Fact]
    public async Task A_client_with_a_key_that_is_not_in_the_cluster_is_kept_out()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        ClusterConfiguration settings = cluster.Directory.Cluster;
        using KeyPair forged = KeyPair.Generate();
        LinkCredentials credentials = new(
            settings.ClusterId, settings.ContentHash(), forged,
            [.. settings.Replicas.Select(static replica => replica.PublicKey)],
            [.. settings.Clients.Select(static client => client.PublicKey)]);
        LinkCounters counters = new();
        await using ReplicaLinks links = new(
            new ClientId(0), [.. settings.Replicas.Select(static replica => IPEndPoint.Parse(replica.ClientAddress))],
            credentials, new SilentSink(), LinkOptions.Clients, counters, NullLogger.Instance);

        links.Start();
        await cluster.UntilAsync(
            "every replica has refused the forged key",
            _ => Enumerable.Range(0, cluster.Count)
                .All(id => CountAsync(cluster, id, "fault=\"unknown_key\"").GetAwaiter().GetResult() > 0));

        Assert.Equal(0, counters.OpenLinks);
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 1);
        await load.AcknowledgedMoreAsync(20);
        await load.StopAndCheckAsync();
    }

    [Fact]
    public async Task A_client_whose_cluster_json_differs_is_told_so()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        BftClientOptions options = cluster.ClientOptions with
        {
            Cluster = cluster.Directory.Cluster with { Window = 33 },
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };

        BftTimeoutException e = await Assert.ThrowsAsync<BftTimeoutException>(() => BftClient.ConnectAsync(options));

        Assert.Contains("cluster.json", e.Message, StringComparison.Ordinal);
        Assert.False(e.MayHaveExecuted);
    }

    [Fact]
    public async Task A_replica_whose_cluster_json_differs_is_kept_out_and_says_why()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        string own = Path.Combine(cluster.Path, "r3", "cluster.json");
        (cluster.Directory.Cluster with { CheckpointPeriod = 100 }).Save(own);
        (ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(3)) with { ClusterFile = own })
            .Save(cluster.Directory.ReplicaFile(3));
        await cluster.UpAsync();

        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 2);
        await load.AcknowledgedMoreAsync(100);
        IReadOnlyList<ReplicaReport?> reports = await cluster.AskAsync();

        Assert.Equal(0, reports[3]!.LastExecuted);
        Assert.All(reports[3]!.Peers, static peer => Assert.False(peer.Connected));
        Assert.Contains("cluster.json", cluster.Processes.Replicas[3].LogTail(200), StringComparison.Ordinal);
        await load.StopAndCheckAsync();
    }

    private static async Task SendAsync(string address, byte[] bytes)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(address));
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // It hung up on us: as it should.
        }
    }

    /// <summary>The sum of the metrics with these labels.</summary>
    private static async Task<double> CountAsync(TestCluster cluster, int id, string labels)
    {
        using HttpClient http = new();
        string address = ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(id)).MetricsAddress!;
        string text = await http.GetStringAsync(new Uri($"http://{address}/metrics"));
        return text.Split('\n').Where(line => line.Contains(labels, StringComparison.Ordinal)).Sum(
            static line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
    }

    private sealed class SilentSink : ILinkSink<ReplicaId>
    {
        public void OnUp(ReplicaId remote)
        {
        }

        public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame) => ValueTask.CompletedTask;

        public void OnFramesEnd(ReplicaId remote)
        {
        }

        public void OnDown(ReplicaId remote, LinkFault fault)
        {
        }
    }
}
