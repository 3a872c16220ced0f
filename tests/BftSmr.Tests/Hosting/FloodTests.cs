using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Hosting;
using BftSmr.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Hosting;

/// <summary>One client asks for as much as it may, by legal messages; another one goes on.</summary>
public sealed class FloodTests
{
    private const ulong Nonce = 5;

    private readonly List<ReplyingService> _services = [];

    private int QueriesAnswered => _services.Sum(static s => s.Queries);

    [Fact]
    public async Task A_client_that_takes_no_replies_to_its_reads_stops_nobody()
    {
        await using TestCluster cluster = await StartAsync();
        await using BftClient client = await cluster.ConnectAsync();
        await client.InvokeAsync(Asking(4));
        await using Flood flood = await Flood.StartAsync(cluster, takes: false);
        flood.Read(count: 2000, replyBytes: cluster.Cluster.Configuration.ReplyBytesMax);
        await flood.FirstReplyAsync();

        for (int i = 0; i < 50; i++) await client.InvokeAsync(Asking(4));

        // Not much more than 8 MiB of replies wait at each replica; the other reads do.
        Assert.InRange(QueriesAnswered, 1, 4 * 32);
        await AssertSameLeaderAsync(cluster);
    }

    [Fact]
    public async Task Others_do_not_wait_for_all_the_reads_of_one_client()
    {
        const int Reads = 4000;
        await using TestCluster cluster = await StartAsync();
        await using BftClient client = await cluster.ConnectAsync();
        await client.InvokeAsync(Asking(4));
        await using Flood flood = await Flood.StartAsync(cluster, takes: true);
        flood.Read(Reads, replyBytes: 400_000);
        await flood.FirstReplyAsync();

        for (int i = 0; i < 20; i++) await client.InvokeAsync(Asking(4));

        Assert.InRange(QueriesAnswered, 1, 4 * Reads / 2);
        await AssertSameLeaderAsync(cluster);
    }

    private Task<TestCluster> StartAsync() =>
        TestCluster.StartAsync(
            static c => c with { Durability = Durability.None },
            () =>
            {
                ReplyingService service = new();
                lock (_services) _services.Add(service);
                return service;
            },
            clients: 2);

    private static async Task AssertSameLeaderAsync(TestCluster cluster)
    {
        foreach (BftReplica? replica in cluster.Replicas)
            Assert.Equal(0, (await replica!.GetStatusAsync()).LeaderChanges);
    }

    private static byte[] Asking(int replyBytes)
    {
        byte[] operation = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(operation, replyBytes);
        return operation;
    }

    /// <summary>Bare links of the second client to all replicas.</summary>
    private sealed class Flood(ReplicaLinks links, FloodSink sink, int replicas) : IAsyncDisposable
    {
        private ulong _reads;

        public static async Task<Flood> StartAsync(TestCluster cluster, bool takes)
        {
            ClusterConfiguration configuration = cluster.Cluster.Configuration;
            LinkCredentials credentials = new(
                configuration.ClusterId, configuration.ContentHash(), cluster.Cluster.ClientKeys[1],
                [.. configuration.Replicas.Select(static r => r.PublicKey)],
                [.. configuration.Clients.Select(static c => c.PublicKey)]);
            FloodSink sink = new(configuration.Replicas.Count, takes);
            ReplicaLinks links = new(
                new ClientId(1), [.. configuration.Replicas.Select(static r => IPEndPoint.Parse(r.ClientAddress))],
                credentials, sink, LinkOptions.Clients, new LinkCounters(), NullLogger.Instance);
            links.Start();
            await sink.AllUp.WaitAsync(Patience.Time);
            return new Flood(links, sink, configuration.Replicas.Count);
        }

        public void Read(int count, int replyBytes)
        {
            SendToAll(new Attach(Nonce));
            for (int i = 0; i < count; i++)
                SendToAll(new Read(Nonce, ++_reads, WantsFull: true, Asking(replyBytes)));
            links.Flush();
        }

        public Task FirstReplyAsync() => sink.FirstReply.WaitAsync(Patience.Time);

        public ValueTask DisposeAsync() => links.DisposeAsync();

        private void SendToAll(ClientMessage message)
        {
            ArrayBufferWriter<byte> bytes = new();
            ClientMessageCodec.Encode(message, bytes);
            for (int i = 0; i < replicas; i++) links.Send(new ReplicaId(i), bytes.WrittenSpan);
        }
    }

    /// <summary>Takes all replies, or none after the first.</summary>
    private sealed class FloodSink(int replicas, bool takes) : ILinkSink<ReplicaId>
    {
        private readonly TaskCompletionSource _allUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _firstReply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _room = takes ? Task.CompletedTask : new TaskCompletionSource().Task;
        private int _up;

        public Task AllUp => _allUp.Task;

        public Task FirstReply => _firstReply.Task;

        public void OnUp(ReplicaId remote)
        {
            if (Interlocked.Increment(ref _up) == replicas) _allUp.SetResult();
        }

        public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
        {
            _firstReply.TrySetResult();
            return new ValueTask(_room);
        }

        public void OnFramesEnd(ReplicaId remote)
        {
            // There is no loop to wake.
        }

        public void OnDown(ReplicaId remote, LinkFault fault)
        {
            // It comes back by itself.
        }
    }
}
