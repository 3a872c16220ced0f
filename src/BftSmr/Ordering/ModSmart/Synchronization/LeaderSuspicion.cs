using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Requests;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// Whether the leader of the open regency gives reason to want another one. A request or a proposal has waited for the
/// timeout; or the leader left a relayed request out for longer than agreement takes; or f+1 replicas refuse its
/// proposal; or its link is down; or it says itself that it is behind. Invariant: only what a correct leader is bound
/// to take is held against it; no replica suspects itself. So time does not count in which this replica is behind
/// others or stands still, or in which what was decided waits for the service or for a checkpoint and leaves no room
/// for more; and no decided request is held against it. While full batches are executed one after the other, what waits
/// may have to wait for those before it, as long as they take on the lines between replicas.
/// </summary>
internal sealed class LeaderSuspicion(
    ReplicaContext context, DecidedLog log, ConsensusWindow window, Synchronizer synchronizer, RequestPool requests,
    PeerProgress progress)
{
    /// <summary>
    /// Of one wait no more timeouts than these are excused. So a leader cannot hide for ever behind a service that is
    /// never done, and replicas that do not catch up find another leader.
    /// </summary>
    private const int ExcusedTimeoutsMax = 32;

    /// <summary>
    /// Of one wait so many timeouts are excused in which full batches are executed. A leader that leaves a request out
    /// could otherwise hide behind these.
    /// </summary>
    private const int FilledTimeoutsMax = 3;

    private readonly LeaderPatience _patience = new(context);
    private readonly ExcusedTime _excused = new();
    private readonly ExcusedTime _filled = new();
    private readonly long?[] _linkDownSince = new long?[context.Quorums.Replicas];
    private long? _behindSince;
    private long _periodSinceMicros;
    private long _filledMicros = long.MinValue / 2;
    private Instance _executedByOthers;

    /// <summary>The link to a peer came up or went down.</summary>
    public void OnLink(ReplicaId peer, bool isUp) =>
        _linkDownSince[peer.Value] = isUp ? null : context.Now.MonotonicMicros;

    /// <summary>An instance that another replica proposed was executed so long after its proposal came.</summary>
    public void NoteLatency(long micros) => _patience.NoteLatency(micros);

    /// <summary>A batch was executed.</summary>
    public void NoteExecuted(Batch batch)
    {
        if (batch.Encoded.Length >= context.Settings.BatchBytesMax / 2) _filledMicros = context.Now.MonotonicMicros;
    }

    /// <summary>This replica was itself late: it may not have read what the leader sent.</summary>
    public void Excuse() => _patience.Excuse();

    /// <summary>
    /// At the end of every status period: relays to the leader what it may not have, and says whether it is to be
    /// suspected.
    /// </summary>
    public bool RelayAndJudge()
    {
        NotePeriod();
        if (!window.IsOpen || window.Leader == context.Self) return false;
        long now = context.Now.MonotonicMicros;
        long timeout = synchronizer.TimeoutMicros;
        if (window.IsFull || log.IsFull) _patience.Excuse();
        long relayBefore = Math.Max(
            _filled.Since(now, timeout / 2), now - timeout / 2 - FilledTimeoutsMax * timeout);
        OverdueRequests overdue = requests.RelayOverdue(
            relayBefore, _patience.Micros(timeout), window.Regency, window.Leader, log.DecidedRequests);
        long? candidate = window.OldestUndecidedSinceMicros();
        if (overdue.OldestMicros is null && candidate is null) return false;
        long oldest = Math.Max(
            Math.Min(overdue.OldestMicros ?? long.MaxValue, candidate ?? long.MaxValue), synchronizer.SinceMicros);
        long excused = Math.Min(_excused.MicrosSince(oldest), ExcusedTimeoutsMax * timeout)
            + Math.Min(_filled.MicrosSince(oldest), FilledTimeoutsMax * timeout);
        if (now - oldest - excused > timeout)
        {
            synchronizer.NoteLate();
            return true;
        }
        if (overdue.RelayedMicros is { } owed
            && _patience.IsOver(Math.Max(owed, synchronizer.SinceMicros), window.LastFullMicros, timeout))
            return true;
        if (window.Refuted(now - timeout / 8) is not null) return true;
        return (_linkDownSince[window.Leader.Value] ?? _behindSince) is { } since
            && now - Math.Max(since, synchronizer.SinceMicros) > context.Settings.LeaderLinkGraceMicros;
    }

    /// <summary>
    /// Excuses the status period that ends now, if the replica was behind others in it, or the leader had no room. One
    /// that is twice as long as it should be was not the leader's doing: the replica stood still.
    /// </summary>
    private void NotePeriod()
    {
        long now = context.Now.MonotonicMicros, period = context.Settings.StatusPeriodMicros;
        if (IsBehind || HasNoRoom)
        {
            _excused.Add(_periodSinceMicros, now);
            _patience.Excuse();
        }
        else if (now - _periodSinceMicros > 2 * period) _excused.Add(_periodSinceMicros + period, now);
        else if (now - _filledMicros <= synchronizer.TimeoutMicros / 2) _filled.Add(_periodSinceMicros, now);
        _periodSinceMicros = now;
        _behindSince = progress.Of(window.Leader) is { IsBehind: true } ? _behindSince ?? now : null;
        _executedByOthers = progress.ExecutedByOneCorrect;
    }

    /// <summary>
    /// What a correct replica had executed a status period ago was not executed here. What waits here may have been
    /// executed there.
    /// </summary>
    private bool IsBehind => _executedByOthers > log.LastExecuted;

    /// <summary>
    /// A leader proposes no more: its window is full of what the service has not executed, or the log waits for a
    /// checkpoint.
    /// </summary>
    private bool HasNoRoom => log.IsFull || (window.IsFull && log.TryNextDecided(out _, out _));
}
