using BftCloud.Primitives;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Instances;

namespace BftSmr.CatchUp;

/// <summary>
/// Fetches decided values that this replica missed, a stretch at a time: all peers that are ahead say which values they
/// executed, one of them, in turn, sends the bodies. A value is believed when f+1 peers report it and its body has that
/// digest. Invariants: each peer has one report of a stretch; a batch that is learnt has the digest that is believed.
/// </summary>
internal sealed class DecidedFetch(
    ReplicaContext context, DecidedLog log, CheckpointLedger checkpoints, PeerProgress progress)
{
    private const int StretchInstances = 64;
    private const int BodyBytesMax = 2 << 20;

    private readonly Dictionary<ReplicaId, IReadOnlyList<Digest>> _reports = [];
    private readonly Dictionary<Digest, Batch> _bodies = [];
    private Instance _from;
    private long _askedMicros = long.MinValue / 2;
    private int _turn;

    public bool IsActive { get; private set; }

    /// <summary>
    /// Asks for the next stretch, unless the last one asked for can still be answered. Where the log has no room for
    /// more, decided values are of no use: it asks for what makes room, the proof that a checkpoint taken here is
    /// stable, or a later checkpoint. That others decided beyond the room here means that f+1 correct ones have one.
    /// </summary>
    public void Continue()
    {
        if (progress.ExecutedByOneCorrect <= log.LastExecuted)
        {
            Stop();
            return;
        }
        bool isAnswered = log.LastExecuted >= _from;
        bool isRecent = context.Now.MonotonicMicros - _askedMicros < 2 * context.Settings.StatusPeriodMicros;
        if (IsActive && !isAnswered && isRecent) return;
        Stop();
        IsActive = true;
        _from = log.LastExecuted.Next;
        _askedMicros = context.Now.MonotonicMicros;
        if (!log.HasRoomToExecute)
        {
            context.Effects.Broadcast(new FetchCheckpoint(checkpoints.Stable.Instance));
            return;
        }
        ReplicaId[] ahead = [.. progress.Known.Where(p => p.Status.LastExecuted >= _from).Select(p => p.Peer)];
        Invariant.Holds(ahead.Length > 0, "where a correct replica executed more, some peer says that it did");
        ReplicaId source = ahead[_turn++ % ahead.Length];
        foreach (ReplicaId peer in ahead)
            context.Effects.Send(peer, new FetchDecided(_from, StretchInstances, WithBodies: peer == source));
    }

    private void Stop()
    {
        IsActive = false;
        _reports.Clear();
        _bodies.Clear();
    }

    public void OnDecided(ReplicaId from, Decided message)
    {
        if (!IsActive || message.From != _from || message.Values.Count > StretchInstances
            || !_reports.TryAdd(from, message.Values))
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        Invariant.Holds(_reports.Count < context.Quorums.Replicas, "each peer has one report of a stretch");
        foreach (Batch body in message.Bodies) _bodies.TryAdd(body.Digest, body);
        for (int i = 0; i < StretchInstances; i++)
        {
            if (Believed(i) is not { } value || !_bodies.TryGetValue(value, out Batch? body)) return;
            Invariant.Holds(body.Digest == value, "the batch that is learnt is the one that f+1 replicas report");
            log.Learn(_from + i, value, body);
        }
    }

    private Digest? Believed(int index)
    {
        foreach (IReadOnlyList<Digest> report in _reports.Values)
        {
            if (index >= report.Count) continue;
            int equal = _reports.Values.Count(r => index < r.Count && r[index] == report[index]);
            if (equal >= context.Quorums.OneCorrect) return report[index];
        }
        return null;
    }

    /// <summary>
    /// Another replica asks: tells it what was executed here or, where that is forgotten, offers the stable checkpoint.
    /// </summary>
    public void OnFetchDecided(ReplicaId from, FetchDecided message)
    {
        if (message.From > log.LastExecuted) return;
        if (log.Find(message.From) is not { IsExecuted: true })
        {
            Offer(from, message.From);
            return;
        }
        List<Digest> values = [];
        List<Batch> bodies = [];
        int bytes = 0;
        for (Instance i = message.From; values.Count < Math.Min(message.Count, StretchInstances); i = i.Next)
        {
            if (log.Find(i) is not { IsExecuted: true, Decided: { } value } state || state.Body(value) is not { } body)
                break;
            if (message.WithBodies)
            {
                bytes += body.Encoded.Length;
                if (bodies.Count > 0 && bytes > BodyBytesMax) break;
                bodies.Add(body);
            }
            values.Add(value);
        }
        Invariant.Holds(
            bodies.Count <= values.Count && values.Count <= StretchInstances,
            "a stretch is bounded, and each batch in it has its digest there");
        context.Effects.Send(from, new Decided(message.From, values, bodies));
    }

    public void OnFetchCheckpoint(ReplicaId from, FetchCheckpoint message) => Offer(from, message.Above.Next);

    private void Offer(ReplicaId to, Instance needed)
    {
        if (checkpoints.Stable.Instance >= needed)
            context.Effects.Send(to, new CheckpointOffer(checkpoints.Stable, checkpoints.StableBytes));
    }
}
