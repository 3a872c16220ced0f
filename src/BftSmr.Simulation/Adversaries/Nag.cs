using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Repeats what is right and of no use: old SYNCs and certificates, its own STOPDATA and CHECKPOINTs; asks for pieces,
/// SYNCs and offers without end.
/// </summary>
internal sealed class Nag : Adversary
{
    private const int PiecesAtATime = 200;
    private const int AccountsAtATime = 20;

    private readonly List<PeerMessage> _seen = [];
    private Instance _stable;
    private Digest? _run; // of the latest checkpoint, once it was offered
    private Regency _regency;

    public override AdversaryKind Kind => AdversaryKind.Nag;

    public override bool Receiving(Input input)
    {
        if (input is not PeerInput { Message: { } message }) return true;
        if (message is Sync or CheckpointOffer) Keep(message);
        if (message is CheckpointOffer offer) _run = offer.Manifest.Runs[0].Root;
        if (message is not Status status) return true;
        if (status.Stable > _stable) (_stable, _run) = (status.Stable, null);
        if (status.Regency > _regency) _regency = status.Regency;
        return true;
    }

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        instead.Add(message);
        if (message is StopData or Checkpoint or Sync or CheckpointOffer) Keep(message);
    }

    public override void Idle()
    {
        foreach (PeerMessage message in _seen)
        {
            Misbehave("repeated message");
            SendToAll(message);
        }
        Misbehave("asks for pieces");
        ReplicaId victim = new((Self.Value + 1) % Settings.Quorums.Replicas);
        if (_run is not { } run) Send(victim, new FetchCheckpoint(Instance.Zero));
        else for (int i = 0; i < PiecesAtATime; i++) Send(victim, new FetchPiece(run, i % 4));
        Misbehave("accounts of a regency that was left");
        for (int i = 0; i < AccountsAtATime; i++) Send(victim, Account());
    }

    /// <summary>Unlike any before, and rightly signed.</summary>
    private StopData Account()
    {
        Instance executed = new(Random.Between(1, 1_000_000_000));
        Regency left = _regency > Regency.Zero ? new Regency(_regency.Value - 1) : _regency;
        return Sign(new StopData(left, Self, executed, CheckpointCertificate.Initial, []));
    }

    private void Keep(PeerMessage message)
    {
        if (_seen.Contains(message)) return;
        if (_seen.Count < 8) _seen.Add(message);
        else _seen[Random.Next(_seen.Count)] = message;
    }
}
