using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// Delays, drops, diverts, repeats or falsifies all messages of one type, or floods others with them. Such a rule is
/// small enough to be searched for (Turret, Lee et al. 2014; ByzzFuzz, Winter et al. 2023).
/// </summary>
internal sealed class Interferer(IReadOnlyList<Interference> rules) : MutatingAdversary
{
    private readonly Dictionary<string, PeerMessage> _seen = new(StringComparer.Ordinal);
    private Instance _stable;
    private Digest? _run; // of the latest checkpoint, once it was offered
    private Regency _latest;
    private long _floodedAtMicros;

    public override AdversaryKind Kind => AdversaryKind.Interferer;

    public override bool Receiving(Input input)
    {
        if (input is not PeerInput { Message: var message }) return true;
        Note(message);
        return true;
    }

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        Note(message);
        if (Find(message.GetType().Name) is not { Kind: not InterferenceKind.Flood } rule)
        {
            instead.Add(message);
            return;
        }
        switch (rule.Kind)
        {
            case InterferenceKind.Delay:
                Misbehave("message delayed");
                World.After(rule.Amount * 1_000L, () => Send(to, message));
                break;
            case InterferenceKind.Duplicate:
                Misbehave("message repeated");
                for (int i = 0; i < rule.Amount; i++) instead.Add(message);
                break;
            default:
                if (!Random.Chance(rule.Amount / 100.0)) instead.Add(message);
                else if (rule.Kind == InterferenceKind.Lie) instead.Add(Falsify(message));
                else if (rule.Kind == InterferenceKind.Divert) Divert(to, message);
                else Misbehave("message dropped");
                break;
        }
    }

    public override ClientMessage? Answering(ClientId client, ClientMessage answer)
    {
        if (Find(answer.GetType().Name) is not { } rule || !Random.Chance(rule.Amount / 100.0)) return answer;
        Misbehave("answer changed");
        return (rule.Kind, answer) switch
        {
            (InterferenceKind.Lie, Reply reply) => reply with { Status = ReplyStatus.SessionExpired, Result = default },
            (InterferenceKind.Lie, ReadReply reply) => reply with { Status = ReplyStatus.Failed, Result = default },
            (InterferenceKind.Drop, _) => null,
            _ => answer,
        };
    }

    public override void Idle()
    {
        long since = World.NowMicros - _floodedAtMicros;
        _floodedAtMicros = World.NowMicros;
        foreach (Interference rule in rules)
        {
            if (rule.Kind != InterferenceKind.Flood || Made(rule.Message) is not { } message) continue;
            for (long count = rule.Amount * since / 1_000_000; count > 0; count--) SendToAll(message);
        }
    }

    private Interference? Find(string message) => rules.FirstOrDefault(r => r.Message == message);

    private void Note(PeerMessage message)
    {
        _seen[message.GetType().Name] = message;
        if (message is CheckpointOffer offer) _run = offer.Manifest.Runs[0].Root;
        if (message is not Status status) return;
        if (status.Regency > _latest) _latest = status.Regency;
        if (status.Stable > _stable) (_stable, _run) = (status.Stable, null);
    }

    private PeerMessage Falsify(PeerMessage message)
    {
        Misbehave("message falsified");
        return Mutate(message);
    }

    private void Divert(ReplicaId to, PeerMessage message)
    {
        Misbehave("message diverted");
        ReplicaId other = new((to.Value + 1) % Settings.Quorums.Replicas);
        Send(other == Self ? new ReplicaId((other.Value + 1) % Settings.Quorums.Replicas) : other, message);
    }

    /// <summary>What it floods others with; null as long as it has seen none.</summary>
    private PeerMessage? Made(string message) => message switch
    {
        "FetchPiece" => _run is { } run ? new FetchPiece(run, 0) : new FetchCheckpoint(Instance.Zero),
        "FetchDecided" => new FetchDecided(_stable.Next, CodecLimits.DecidedMax, WithBodies: true),
        "FetchSync" => new FetchSync(_latest),
        "FetchCheckpoint" => new FetchCheckpoint(Instance.Zero),
        "Stop" => new Stop(_latest + 1),
        "Forward" when _seen.GetValueOrDefault("Propose") is Propose { Batch.Requests: [var request, ..] } =>
            new Forward(RequestCodec.WithAuthentication(request, default, new byte[Request.SignatureBytes])),
        _ => _seen.GetValueOrDefault(message),
    };
}
