using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// As leader proposes requests that it made up in the names of others: with no authentication, with that of another
/// request, or signed by itself.
/// </summary>
internal sealed class RequestForger : Adversary
{
    private readonly Dictionary<(Regency, Instance), Batch> _forged = [];
    private readonly Dictionary<SessionId, Request> _latest = [];

    public override AdversaryKind Kind => AdversaryKind.RequestForger;

    public override void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead)
    {
        instead.Add(message is Propose propose ? propose with { Batch = BatchOf(propose) } : message);
    }

    private Batch BatchOf(Propose propose)
    {
        (Regency, Instance) key = (propose.Regency, propose.Instance);
        if (_forged.TryGetValue(key, out Batch? batch)) return batch;
        batch = propose.Batch;
        foreach (Request request in batch.Requests) _latest[request.Session] = request;
        if (_latest.Count > 0 && batch.Requests.Count < Settings.BatchRequestsMax && Random.Chance(0.2))
        {
            Misbehave("made-up request");
            Request victim = Random.Pick(_latest.OrderBy(static l => l.Key).Select(static l => l.Value).ToArray());
            batch = BatchCodec.Create(batch.TimestampMicros, batch.Seed, [.. batch.Requests, Forge(victim)]);
        }
        if (_forged.Count > 200) _forged.Clear();
        return _forged[key] = batch;
    }

    /// <summary>The next operation of another client's session.</summary>
    private Request Forge(Request victim)
    {
        Request forged = RequestCodec.Create(
            victim.Session, victim.Sequence + 1, RequestKind.Command, victim.Repliers, victim.FullReplier,
            victim.Operation);
        if (Random.Chance(0.5)) return RequestCodec.WithAuthentication(forged, victim.Macs, victim.Signature);
        byte[] signature = new byte[Request.SignatureBytes];
        Keyring.Sign(forged.Body.Span, signature);
        return RequestCodec.WithAuthentication(forged, victim.Macs, signature);
    }
}
