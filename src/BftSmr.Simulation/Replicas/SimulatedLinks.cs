using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Simulation.Adversaries;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// What one simulated replica sends: it encodes messages, lets the replica's adversary change them, and knows at which
/// node each session of a client is.
/// </summary>
/// <param name="world">Time, and what is told of broken promises.</param>
/// <param name="network">Carries the frames.</param>
/// <param name="self">The replica.</param>
/// <param name="adversary">The adversary that has the replica; null if it is correct.</param>
/// <param name="isRunning">Whether the replica can send to others now.</param>
/// <param name="processor">What sending keeps busy; null if computing is free.</param>
internal sealed class SimulatedLinks(
    World world, SimulatedNetwork network, ReplicaId self, Adversary? adversary, Func<bool> isRunning,
    SimulatedProcessor? processor)
{
    private readonly SortedDictionary<SessionId, int> _attached = [];
    private readonly RepeatChecker _repeats = new(world, self, to => network.LeavesAtMicros(self.Value, to.Value));

    /// <summary>A client opened or uses a session at a node.</summary>
    public void Attach(SessionId session, int node) => _attached[session] = node;

    /// <summary>The link to a client's node failed.</summary>
    public void Detach(int node)
    {
        foreach (SessionId session in _attached.Where(a => a.Value == node).Select(static a => a.Key).ToArray())
            _attached.Remove(session);
    }

    /// <summary>The replica's process ended: no session is attached any more.</summary>
    public void Clear() => _attached.Clear();

    /// <summary>Sends a message as it is.</summary>
    public void Send(ReplicaId to, PeerMessage message) => Transmit(to, message, Encode(message));

    /// <summary>Sends what the core wants to send, or what the adversary sends instead.</summary>
    public void SendToPeer(ReplicaId to, PeerEffect effect, ReadOnlyMemory<byte> encoded)
    {
        if (effect.IsRepeat && to != self && network.IsBehind(self.Value, to.Value)) return;
        PeerMessage message = effect.Message;
        if (adversary is null)
        {
            _repeats.Check(to, message);
            Transmit(to, message, encoded);
            _repeats.Note(to, message);
            return;
        }
        List<PeerMessage> instead = [];
        adversary.Sending(to, message, instead);
        foreach (PeerMessage each in instead)
            Transmit(to, each, ReferenceEquals(each, message) ? encoded : Encode(each));
    }

    /// <summary>Sends a client an answer, if its session is attached.</summary>
    public void SendToClient(ClientId client, ulong nonce, ClientMessage message)
    {
        if (!_attached.TryGetValue(new SessionId(client, nonce), out int node)) return;
        ClientMessage? answer = adversary is null ? message : adversary.Answering(client, message);
        if (answer is null) return;
        ArrayBufferWriter<byte> bytes = new(128);
        ClientMessageCodec.Encode(answer, bytes);
        processor?.Charge(client, CostOf(bytes.WrittenMemory));
        Transmit(node, bytes.WrittenMemory);
    }

    private void Transmit(ReplicaId to, PeerMessage message, ReadOnlyMemory<byte> frame)
    {
        if (!isRunning() || to == self) return;
        ReadOnlyMemory<byte> framed = adversary?.Framing(to, frame) ?? frame;
        processor?.Charge(CostOf(framed));
        Transmit(to.Value, framed, BulkMessages.Include(message));
    }

    /// <summary>A frame leaves when what was done so far in this turn is done.</summary>
    private void Transmit(int node, ReadOnlyMemory<byte> frame, bool isBulk = false) =>
        network.Send(
            self.Value, node, frame, leavesInMicros: processor?.SpentMicros ?? 0, isBulk: isBulk);

    private long CostOf(ReadOnlyMemory<byte> frame) => processor!.Costs.SendNanos + processor.NanosOf(frame.Length);

    private static ReadOnlyMemory<byte> Encode(PeerMessage message)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        PeerMessageCodec.Encode(message, bytes);
        return bytes.WrittenMemory;
    }
}
