using System.Globalization;
using System.Net;
using System.Text;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using Microsoft.Extensions.Logging;

namespace BftSmr.Client;

/// <summary>The links of a real client.</summary>
internal sealed class TransportLinks : IReplicaLinks
{
    private readonly ReplicaLinks _links;
    private readonly LinkCounters _counters = new();
    private readonly ClusterConfiguration _cluster;

    public TransportLinks(BftClientOptions options, ILinkSink<ReplicaId> sink)
    {
        _cluster = options.Cluster;
        CodecLimits limits = CodecLimits.For(_cluster.ToSettings(new ReplicaId(0)));
        LinkCredentials credentials = new(
            _cluster.ClusterId, _cluster.ContentHash(), options.Key,
            [.. _cluster.Replicas.Select(static replica => replica.PublicKey)], [.. _cluster.Clients.Select(static client => client.PublicKey)]);
        LinkOptions linkOptions = LinkOptions.Clients with { FrameBytesMax = Math.Max(limits.ClientFrameBytesMax, limits.ReplyFrameBytesMax) };
        _links = new ReplicaLinks(
            options.ClientId, [.. _cluster.Replicas.Select(EndPointOf)], credentials, sink, linkOptions, _counters,
            options.LoggerFactory.CreateLogger("BftSmr.Client.Links"), options.TimeProvider);
    }

    public void Start() => _links.Start();

    public void Send(ReplicaId to, ReadOnlySpan<byte> frame) => _links.Send(to, frame);

    public void Flush() => _links.Flush();

    public string Describe()
    {
        StringBuilder text = new();
        for (int i = 0; i < _cluster.Replicas.Count; i++)
        {
            string state = _links.IsUp(new ReplicaId(i)) ? "connected" : "not connected";
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}replica {i} at {_cluster.Replicas[i].ClientAddress} {state}");
        }
        if (_counters.Count(LinkFault.ConfigurationDiffers) > 0)
            text.Append("; a replica has another cluster.json: give all nodes the same one");
        if (_counters.Count(LinkFault.WrongCluster) > 0)
            text.Append("; a replica of another cluster listens at one of the addresses: correct them, or stop it");
        if (_counters.Count(LinkFault.UnknownKey) > 0)
            text.Append("; a replica's key and cluster.json do not match: check the key files");
        if (_counters.Count(LinkFault.NotThisProtocol) > 0)
            text.Append("; something else listens at one of the addresses, or a replica runs another version");
        return text.ToString();
    }

    public ValueTask DisposeAsync() => _links.DisposeAsync();

    private static EndPoint EndPointOf(ReplicaEndpoint replica)
    {
        HostPort address = HostPort.Parse(replica.ClientAddress);
        return IPAddress.TryParse(address.Host, out IPAddress? ip) ? new IPEndPoint(ip, address.Port) : new DnsEndPoint(address.Host, address.Port);
    }
}
