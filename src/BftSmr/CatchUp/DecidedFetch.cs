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
    ReplicaContext context, DecidedLog log, CheckpointLedger checkpoints, PeerProgress progress, DecidedArchive archive,
    CheckpointPins pins)
{
    /// <summary>With so many instances to execute at hand, no more are asked for.</summary>
    private const int AtHandMin = DecidedStretch.InstancesMax / 2;

    private readonly Dictionary<ReplicaId, IReadOnlyList<Digest>> _reports = [];
    private readonly Dictionary<Digest, Batch> _bodies = [];
    private Instance _from;
    private long _askedMicros = long.MinValue / 2;
    private long _proofAskedMicros = long.MinValue / 2;
    private int _turn;

    public bool IsActive { get; private set; }

    /// <summary>
    /// The stretch that was asked for did not come in time: the others may not have it any more, and offer a checkpoint
    /// instead.
    /// </summary>
    public bool IsUnanswered { get; private set; }

    /// <summary>So far behind that the others have a stable checkpoint ahead, or soon will.</summary>
    public bool IsFarBehind => progress.ExecutedByOneCorrect - log.LastExecuted > log.HorizonInstances;

    /// <summary>
    /// Asks for the next stretch, unless the last one asked for can still be answered. A replica that is far behind
    /// also asks for the proof that a later checkpoint is stable: up to there it takes none itself, and its log has
    /// room. Where the log has no room, decided values are of no use: it asks for the proof alone. That others decided
    /// beyond the room here means that f+1 correct ones have one.
    /// </summary>
    public void Continue()
    {
        if (progress.ExecutedByOneCorrect <= log.LastExecuted)
        {
            Stop();
            return;
        }
        Instance atHand = LastAtHand();
        bool isAnswered = atHand >= _from;
        bool isDue = context.Now.MonotonicMicros - _proofAskedMicros >= 2 * context.Settings.StatusPeriodMicros;
        bool isRecent = context.Now.MonotonicMicros - _askedMicros < 2 * context.Settings.StatusPeriodMicros;
        if (IsActive && !isAnswered && isRecent) return;
        if (log.HasRoomToExecute
            && (atHand >= progress.ExecutedByOneCorrect || atHand - log.LastExecuted >= AtHandMin)) return;
        bool isUnanswered = IsActive && !isAnswered;
        Stop();
        IsActive = true;
        IsUnanswered = isUnanswered;
        _from = atHand.Next;
        _askedMicros = context.Now.MonotonicMicros;
        if (!log.HasRoomToExecute)
        {
            context.Effects.Broadcast(new FetchCheckpoint(checkpoints.Stable.Instance));
            return;
        }
        if (IsFarBehind && log.Proven <= log.LastExecuted && isDue)
        {
            _proofAskedMicros = context.Now.MonotonicMicros;
            context.Effects.Broadcast(new FetchCheckpoint(log.LastExecuted));
        }
        ReplicaId[] ahead = [.. progress.Known.Where(p => p.Status.LastExecuted >= _from).Select(p => p.Peer)];
        Invariant.Holds(ahead.Length > 0, "where a correct replica executed more, some peer says that it did");
        ReplicaId source = ahead[_turn++ % ahead.Length];
        foreach (ReplicaId peer in ahead)
        {
            context.Effects.Send(
                peer, new FetchDecided(_from, DecidedStretch.InstancesMax, WithBodies: peer == source));
        }
    }

    /// <summary>
    /// The last instance up to which all is decided here, with its batch: what follows is missing. It looks no further
    /// than is of use.
    /// </summary>
    private Instance LastAtHand()
    {
        Instance last = log.LastExecuted;
        while (last - log.LastExecuted < AtHandMin && log.Find(last.Next) is { Decided: { } value } next
            && next.Body(value) is not null) last = last.Next;
        return last;
    }

    private void Stop()
    {
        IsActive = IsUnanswered = false;
        _reports.Clear();
        _bodies.Clear();
    }

    public void OnDecided(ReplicaId from, Decided message)
    {
        if (!IsActive || message.From != _from || message.Values.Count > DecidedStretch.InstancesMax
            || !_reports.TryAdd(from, message.Values))
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        Invariant.Holds(_reports.Count < context.Quorums.Replicas, "each peer has one report of a stretch");
        foreach (Batch body in message.Bodies) _bodies.TryAdd(body.Digest, body);
        for (int i = 0; i < DecidedStretch.InstancesMax; i++)
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
            if (!archive.TrySend(from, message)) Offer(from, message.From, isInstead: true);
            return;
        }
        DecidedStretch stretch = new(message);
        while (log.Find(stretch.Next) is { IsExecuted: true, Decided: { } value } state
            && state.Body(value) is { } body && stretch.HasRoomFor(body.Encoded.Length))
        {
            stretch.Add(value, message.WithBodies ? body : null);
        }
        context.Effects.Send(from, stretch.Complete());
    }

    public void OnFetchCheckpoint(ReplicaId from, FetchCheckpoint message) =>
        Offer(from, message.Above.Next, isInstead: false);

    /// <summary>
    /// Offers the newest checkpoint, unless the peer asks for another one by its instance, so that all replicas that
    /// have it offer it, or is fetching another one from here. What a peer will fetch stays from here on: its first
    /// question may take longer than the next checkpoints.
    /// </summary>
    private void Offer(ReplicaId to, Instance needed, bool isInstead)
    {
        CheckpointOffer? offer = checkpoints.OfferOf(needed)
            ?? (pins.Of(to) is { } pinned && Leads(pinned, needed) ? pinned : checkpoints.StableOffer);
        if (offer is null || offer.Certificate.Instance < needed) return;
        if (isInstead || offer.Certificate.Instance == needed) pins.NoteOffered(to, offer);
        context.Effects.Send(to, offer with { IsInstead = isInstead });
    }

    /// <summary>The peer needs this checkpoint, and the stretch above it is still here.</summary>
    private bool Leads(CheckpointOffer pinned, Instance needed)
    {
        Instance next = pinned.Certificate.Instance.Next;
        return pinned.Certificate.Instance >= needed
            && (next > log.LastExecuted || log.Find(next) is { IsExecuted: true } || archive.Has(next));
    }
}
