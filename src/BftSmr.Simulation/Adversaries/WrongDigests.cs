using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>Votes for values that no leader proposed, or that were proposed elsewhere.</summary>
internal sealed class WrongDigests : Adversary
{
    private readonly List<Digest> _heard = [];

    public override AdversaryKind Kind => AdversaryKind.WrongDigests;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        PeerMessage altered = message switch
        {
            _ when Random.Chance(0.3) => message,
            Write m => m with { Value = Other(m.Value) },
            Accept m => m with { Value = Other(m.Value) },
            Refuse m => m with { Value = Other(m.Value) },
            FetchBatch m => m with { Value = Other(m.Value) },
            _ => message,
        };
        if (!ReferenceEquals(altered, message)) Misbehave("wrong digest");
        instead.Add(altered);
        if (altered is Accept && Random.Chance(0.2)) instead.Add(message);
    }

    private Digest Other(Digest value)
    {
        if (_heard.Count < 64) _heard.Add(value);
        return Random.Chance(0.5) ? Random.Pick(_heard) : AnyDigest();
    }
}
