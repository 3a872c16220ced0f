using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Is correct towards some replicas and clients, and deaf and mute towards others; changes its mind now and then.
/// </summary>
internal sealed class SelectiveSender : Adversary
{
    private ulong _silentTo, _deafTo;
    private long _untilMicros = -1;

    public override AdversaryKind Kind => AdversaryKind.SelectiveSender;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        Choose();
        if ((_silentTo >> to.Value & 1) == 0) instead.Add(message);
        else Misbehave("message withheld");
    }

    public override bool Receiving(Input input)
    {
        Choose();
        return input is not PeerInput { From: var from } || (_deafTo >> from.Value & 1) == 0;
    }

    public override ClientMessage? Answering(ClientId client, ClientMessage answer) =>
        (_silentTo >> client.Value & 1) == 0 ? answer : null;

    private void Choose()
    {
        if (World.NowMicros < _untilMicros) return;
        _untilMicros = World.NowMicros + Random.Between(10_000, 3_000_000);
        _silentTo = Random.NextUInt64() & (Random.Chance(0.3) ? ulong.MaxValue : Random.NextUInt64());
        _deafTo = Random.Chance(0.6) ? 0 : Random.NextUInt64() & Random.NextUInt64();
    }
}
