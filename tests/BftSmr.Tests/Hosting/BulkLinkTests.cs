using System.Net;
using BftCloud.Links;
using BftCloud.Links.Tests.Transport;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Tests.Codec;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Hosting;

/// <summary>A replica with its own key and links, in place of a correct one, and what it may do with bulk.</summary>
public sealed class BulkLinkTests
{
    private static readonly ReplicaId Self = new(3), Other = new(0);

    [Fact]
    public async Task Bulk_and_messages_on_each_others_links_are_refused_and_counted_and_do_no_harm()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await cluster.StopReplicaAsync(Self.Value);
        RecordingSink<ReplicaId> messages = new(), bulk = new();
        ClusterConfiguration configuration = cluster.Cluster.Configuration;
        LinkCredentials credentials = new(
            configuration.ClusterId, configuration.ContentHash(), cluster.Cluster.ReplicaKeys[Self.Value],
            [.. configuration.Replicas.Select(static r => r.PublicKey)],
            [.. configuration.Clients.Select(static c => c.PublicKey)]);
        await using PeerMesh mesh = new(
            Self, new IPEndPoint(IPAddress.Loopback, 0), credentials,
            new PeerLane(messages, LinkOptions.Peers, new LinkCounters()),
            new PeerLane(bulk, LinkOptions.Bulk, new LinkCounters()), NullLogger.Instance);
        mesh.Start([.. configuration.Replicas.Select(static r => IPEndPoint.Parse(r.PeerAddress))]);
        await UpAsync(messages);
        await UpAsync(bulk);

        mesh.Send(Other, Wire.Encode(new Piece(default, 0, new byte[256 << 10], [])));
        mesh.Send(Other, Wire.Encode(new Stop(new Regency(1))), LinkPurpose.Bulk);
        mesh.Flush();
        await cluster.WaitForAsync(
            Other.Value, static status => status.Rejections.GetValueOrDefault("wrong_link") == 2);

        await using BftClient client = await cluster.ConnectAsync();
        await TestCluster.AppendAsync(client, ["word"]);
        await cluster.WaitForAsync(Other.Value, static status => status.LastExecuted >= new Instance(1));
        mesh.Send(Other, Wire.Encode(new FetchDecided(new Instance(1), 1, WithBodies: true)), LinkPurpose.Bulk);
        mesh.Flush();
        LinkEvent<ReplicaId> answer;
        do answer = await bulk.NextAsync();
        while (answer.Remote != Other || answer.Frame is null);
        Assert.True(answer.Frame.Length > 0); // by the link for bulk, and no other
    }

    private static async Task UpAsync(RecordingSink<ReplicaId> sink)
    {
        LinkEvent<ReplicaId> next;
        do next = await sink.NextAsync();
        while (next.Remote != Other || !next.IsUp);
    }
}
