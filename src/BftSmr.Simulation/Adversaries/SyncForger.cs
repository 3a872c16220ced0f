using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As the new leader makes SYNC of what proves nothing: STOPDATA of earlier regencies; STOPDATA in other replicas'
/// names without evidence; too few of them; or its own under a checkpoint that no other replica signed.
/// </summary>
internal sealed class SyncForger : Adversary
{
    private readonly List<StopData> _received = [];
    private Sync? _last;
    private long _untilMicros;

    public override AdversaryKind Kind => AdversaryKind.SyncForger;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        if (message is StopData own && Random.Chance(0.3))
        {
            Misbehave("made-up checkpoint");
            instead.Add(Sign(own with { Stable = MakeUp(own.Stable, own.LastExecuted), Evidence = [] }));
            return;
        }
        if (message is not Sync sync)
        {
            instead.Add(message);
            return;
        }
        if (!ReferenceEquals(sync, _last)) (_last, _untilMicros) = (sync, World.NowMicros + 300_000);
        if (World.NowMicros > _untilMicros)
        {
            instead.Add(sync);
            return;
        }
        Misbehave("forged SYNC");
        instead.Add(sync with { Collected = Forge(sync) });
    }

    public override bool Receiving(Input input)
    {
        if (input is PeerInput { Message: StopData data })
        {
            if (_received.Count >= 64) _received.RemoveAt(0);
            _received.Add(data);
        }
        return true;
    }

    /// <summary>Calls a new leader now and then, so that there is something to forge.</summary>
    public override void Idle()
    {
        if (Random.Chance(0.01) && _received.Count > 0) SendToAll(new Stop(_received[^1].Regency.Next));
    }

    private StopData[] Forge(Sync sync) => Random.Next(4) switch
    {
        0 => [.. sync.Collected.Select(d => d.Sender == Self ? d : d with { Evidence = [] })],
        1 =>
            [.. sync.Collected.Select(d => _received.Find(r => r.Sender == d.Sender && r.Regency < sync.Regency) ?? d)],
        2 => [.. sync.Collected.Take(Settings.Quorums.Available - 1)],
        _ => [.. sync.Collected.Select(d => d.Sender == Self
            ? Sign(d with { Stable = MakeUp(d.Stable, d.LastExecuted), Evidence = [] })
            : d)],
    };

    /// <summary>A checkpoint of an instance that is not stable, with one true signature: its own.</summary>
    private CheckpointCertificate MakeUp(CheckpointCertificate stable, Instance executed)
    {
        Instance instance = (executed > stable.Instance ? executed : stable.Instance) + Random.Between(1, 8);
        Digest root = AnyDigest();
        ReadOnlyMemory<byte> own = Sign(new Checkpoint(instance, root, Self)).Signature;
        IEnumerable<int> others = Enumerable.Range(0, Settings.Quorums.Replicas).Where(i => i != Self.Value).Take(
            Random.Chance(0.5) ? 0 : Settings.Quorums.Faulty);
        return new CheckpointCertificate(
            instance, root,
            [.. others.Append(Self.Value).Order()
                .Select(i => new CheckpointSignature(new ReplicaId(i), i == Self.Value ? own : new byte[64]))]);
    }
}
