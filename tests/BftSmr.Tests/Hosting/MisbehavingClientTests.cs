using System.Buffers;
using System.Net;
using BftCloud.Links;
using BftCloud.Links.Tests.Transport;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Hosting;

/// <summary>A client that is admitted, and then sends what no correct client sends.</summary>
public sealed class MisbehavingClientTests
{
    private static readonly ReplicaId Replica = new(0);

    [Fact]
    public async Task It_loses_its_link_with_the_first_such_message_and_others_are_served()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        ClusterConfiguration configuration = cluster.Cluster.Configuration;
        RecordingSink<ReplicaId> sink = new();
        LinkCredentials credentials = new(
            configuration.ClusterId, configuration.ContentHash(), cluster.Cluster.ClientKeys[0],
            [.. configuration.Replicas.Select(static r => r.PublicKey)],
            [.. configuration.Clients.Select(static c => c.PublicKey)]);
        await using ReplicaLinks links = new(
            new ClientId(0), [.. configuration.Replicas.Select(static r => IPEndPoint.Parse(r.ClientAddress))],
            credentials, sink, LinkOptions.Clients, new LinkCounters(), NullLogger.Instance, TimeProvider.System);
        links.Start();

        Request forged = RequestCodec.WithAuthentication(
            RequestOf(new ClientId(0)), default, new byte[Request.SignatureBytes]);
        byte[][] frames = [[1, 2, 3], Encoded(new Submit(forged)), Encoded(new Submit(With(forged, new ClientId(1))))];
        foreach (byte[] frame in frames)
        {
            await NextAsync(sink, isUp: true);
            for (int i = 0; i < 100; i++) links.Send(Replica, frame);
            links.Flush();
            await NextAsync(sink, isUp: false);
        }
        await using BftClient client = await cluster.ConnectAsync();
        await TestCluster.AppendAsync(client, ["word"]);
    }

    private static async Task NextAsync(RecordingSink<ReplicaId> sink, bool isUp)
    {
        LinkEvent<ReplicaId> next;
        do next = await sink.NextAsync();
        while (next.Remote != Replica || next.IsUp != isUp);
    }

    private static Request With(Request request, ClientId client) =>
        RequestCodec.WithAuthentication(RequestOf(client), request.Macs, request.Signature);

    private static Request RequestOf(ClientId client) => RequestCodec.Create(
        new SessionId(client, 5), 1, RequestKind.Command, ReplicaSet.AllOf(2), Replica, new byte[] { 1 });

    private static byte[] Encoded(ClientMessage message)
    {
        ArrayBufferWriter<byte> bytes = new();
        ClientMessageCodec.Encode(message, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
