using System.Buffers;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Client;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Client;

/// <summary>Links to a scripted cluster without a network: what is flushed is answered at once.</summary>
internal sealed class MemoryLinks(ScriptedCluster cluster, ILinkSink<ReplicaId> sink) : IReplicaLinks
{
    private readonly CodecLimits _limits = new() { Replicas = cluster.Replicas };
    private readonly List<(int To, byte[] Frame)> _queued = [];
    private readonly bool[] _isUp = new bool[cluster.Replicas];

    /// <summary>Bring the links up when started.</summary>
    public bool IsReachable { get; init; } = true;

    public int Flushes { get; private set; }

    public void Start()
    {
        for (int i = 0; i < _isUp.Length && IsReachable; i++) SetUp(i, isUp: true);
    }

    public void SetUp(int replica, bool isUp)
    {
        _isUp[replica] = isUp;
        if (isUp) sink.OnUp(new ReplicaId(replica));
        else sink.OnDown(new ReplicaId(replica), LinkFault.Closed);
    }

    public bool Send(ReplicaId to, ReadOnlySpan<byte> payload)
    {
        if (_isUp[to.Value]) _queued.Add((to.Value, payload.ToArray()));
        return _isUp[to.Value];
    }

    public void Flush()
    {
        Flushes++;
        foreach ((int to, byte[] frame) in _queued)
        {
            Assert.True(ClientMessageCodec.TryDecode(frame, _limits, out ClientMessage? message));
            foreach ((int from, ClientMessage reply) in cluster.Receive(new ClientId(0), to, message))
                Deliver(from, reply);
        }
        _queued.Clear();
    }

    public void Deliver(int from, ClientMessage message)
    {
        ArrayBufferWriter<byte> frame = new();
        ClientMessageCodec.Encode(message, frame);
        _ = DeliverFrame(from, frame.WrittenMemory);
    }

    /// <summary>Completes when more may be read from that link.</summary>
    public Task DeliverFrame(int from, ReadOnlyMemory<byte> frame)
    {
        if (!_isUp[from]) return Task.CompletedTask;
        Task room = sink.OnFrame(new ReplicaId(from), frame).AsTask();
        sink.OnFramesEnd(new ReplicaId(from));
        return room;
    }

    public string Describe() =>
        string.Join(", ", _isUp.Select(static (isUp, i) => $"replica {i} {(isUp ? "connected" : "not connected")}"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
