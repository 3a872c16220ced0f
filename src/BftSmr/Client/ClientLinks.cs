using System.Net;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using Microsoft.Extensions.Logging;

namespace BftSmr.Client;

/// <summary>Makes the links of a real client.</summary>
internal static class ClientLinks
{
    public static ReplicaLinks Create(BftClientOptions options, ILinkSink<ReplicaId> sink)
    {
        ClusterConfiguration cluster = options.Cluster;
        CodecLimits limits = CodecLimits.For(cluster.Quorums, cluster.Limits);
        LinkCredentials credentials = new(
            cluster.ClusterId, cluster.ContentHash(), options.Key,
            [.. cluster.Replicas.Select(static replica => replica.PublicKey)],
            [.. cluster.Clients.Select(static client => client.PublicKey)]);
        LinkOptions linkOptions = LinkOptions.Clients with
        {
            FrameBytesMax = Math.Max(limits.ClientFrameBytesMax, limits.ReplyFrameBytesMax),
        };
        return new ReplicaLinks(
            options.ClientId, [.. cluster.Replicas.Select(EndPointOf)], credentials, sink, linkOptions,
            new LinkCounters(), options.LoggerFactory.CreateLogger("BftSmr.Client.Links"), options.TimeProvider);
    }

    private static EndPoint EndPointOf(ReplicaEndpoint replica)
    {
        HostPort address = HostPort.Parse(replica.ClientAddress);
        return IPAddress.TryParse(address.Host, out IPAddress? ip)
            ? new IPEndPoint(ip, address.Port)
            : new DnsEndPoint(address.Host, address.Port);
    }
}
