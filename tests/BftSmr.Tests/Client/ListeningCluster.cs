using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Tests.Client;

/// <summary>
/// A scripted cluster behind real client ports: what a client's links meet, without the replicas' protocol.
/// </summary>
internal sealed class ListeningCluster : IAsyncDisposable
{
    private readonly LocalCluster _local = LocalCluster.Create();
    private readonly Port?[] _ports;

    public ListeningCluster() => _ports = new Port?[_local.Configuration.Replicas.Count];

    public ScriptedCluster Script { get; } = new(4);

    public BftClientOptions Options =>
        new() { Cluster = _local.Configuration, ClientId = new ClientId(0), Key = _local.ClientKeys[0] };

    public void StartAll()
    {
        for (int i = 0; i < _ports.Length; i++) Start(i);
    }

    /// <summary>Opens the client port of one replica, with another configuration if one is given.</summary>
    public void Start(int replica, ClusterConfiguration? configuration = null) =>
        _ports[replica] = new Port(this, replica, configuration ?? _local.Configuration);

    public async Task StopAsync(int replica)
    {
        if (_ports[replica] is { } port) await port.DisposeAsync();
        _ports[replica] = null;
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < _ports.Length; i++) await StopAsync(i);
        _local.Dispose();
    }

    private sealed class Port : ILinkSink<ClientLink>, IAsyncDisposable
    {
        private readonly ListeningCluster _cluster;
        private readonly int _replica;
        private readonly CodecLimits _limits;
        private readonly ClientListener _listener;
        private readonly ConcurrentDictionary<ulong, ClientLink> _attached = [];

        public Port(ListeningCluster cluster, int replica, ClusterConfiguration configuration)
        {
            _cluster = cluster;
            _replica = replica;
            _limits = CodecLimits.For(configuration.ToSettings(new ReplicaId(replica)));
            LinkCredentials credentials = new(
                configuration.ClusterId, configuration.ContentHash(), cluster._local.ReplicaKeys[replica],
                [.. configuration.Replicas.Select(static one => one.PublicKey)],
                [.. configuration.Clients.Select(static one => one.PublicKey)]);
            HostPort address = HostPort.Parse(configuration.Replicas[replica].ClientAddress);
            _listener = new ClientListener(
                new IPEndPoint(IPAddress.Parse(address.Host), address.Port), credentials, this, LinkOptions.Clients,
                new LinkCounters(), NullLogger.Instance);
            _listener.Start();
        }

        public void OnUp(ClientLink remote)
        {
        }

        public ValueTask OnFrame(ClientLink remote, ReadOnlyMemory<byte> frame)
        {
            Assert.True(ClientMessageCodec.TryDecode(frame, _limits, out ClientMessage? message));
            if (message is Attach attach) _attached[attach.Nonce] = remote;
            foreach ((int from, ClientMessage reply) in _cluster.Script.Receive(remote.Client, _replica, message))
                _cluster._ports[from]?.Send(reply);
            return ValueTask.CompletedTask;
        }

        public void OnFramesEnd(ClientLink remote)
        {
            foreach (Port? port in _cluster._ports) port?._listener.Flush();
        }

        public void OnDown(ClientLink remote, LinkFault fault)
        {
        }

        public ValueTask DisposeAsync() => _listener.DisposeAsync();

        private void Send(ClientMessage reply)
        {
            ulong nonce = reply switch { Reply ordered => ordered.Nonce, ReadReply read => read.Nonce, _ => 0 };
            if (!_attached.TryGetValue(nonce, out ClientLink? link)) return;
            ArrayBufferWriter<byte> frame = new();
            ClientMessageCodec.Encode(reply, frame);
            link.Send(frame.WrittenSpan);
        }
    }
}
