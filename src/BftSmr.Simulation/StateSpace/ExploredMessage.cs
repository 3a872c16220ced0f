using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.StateSpace;

/// <summary>A message that was sent to one replica and may arrive at any time, once, or never.</summary>
internal sealed record ExploredMessage(ReplicaId From, PeerMessage Message, ulong Hash)
{
    public static ExploredMessage Create(ReplicaId from, PeerMessage message)
    {
        TraceHash hash = new();
        hash.Add(from.Value);
        hash.Add(HashOf(message));
        return new ExploredMessage(from, message, hash.Value);
    }

    public static ulong HashOf(PeerMessage message)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        PeerMessageCodec.Encode(message, bytes);
        TraceHash hash = new();
        hash.Add(bytes.WrittenSpan);
        return hash.Value;
    }
}
