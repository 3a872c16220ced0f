using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Requests;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// Whether the leader of the open regency gives reason to want another one. A request or a proposal has waited for the
/// timeout; or the leader left a relayed request out for longer than agreement takes; or f+1 replicas refuse its
/// proposal; or its link is down. Invariant: only what a correct leader is bound to take is held against it; no replica
/// suspects itself.
/// </summary>
internal sealed class LeaderSuspicion(
    ReplicaContext context, DecidedLog log, ConsensusWindow window, Synchronizer synchronizer, RequestPool requests)
{
    private readonly LeaderPatience _patience = new(context);
    private readonly long?[] _linkDownSince = new long?[context.Quorums.Replicas];

    /// <summary>The link to a peer came up or went down.</summary>
    public void OnLink(ReplicaId peer, bool isUp) =>
        _linkDownSince[peer.Value] = isUp ? null : context.Now.MonotonicMicros;

    /// <summary>An instance that another replica proposed was executed so long after its proposal came.</summary>
    public void NoteLatency(long micros) => _patience.NoteLatency(micros);

    /// <summary>This replica was itself late: it may not have read what the leader sent.</summary>
    public void Excuse() => _patience.Excuse();

    /// <summary>Relays to the leader what it may not have, and says whether it is to be suspected.</summary>
    public bool RelayAndJudge()
    {
        if (!window.IsOpen || window.Leader == context.Self) return false;
        long now = context.Now.MonotonicMicros;
        long timeout = synchronizer.TimeoutMicros;
        if (window.IsFull || log.IsFull) _patience.Excuse();
        OverdueRequests overdue = requests.RelayOverdue(
            now - timeout / 2, _patience.Micros(timeout), window.Regency, window.Leader);
        long? candidate = window.OldestUndecidedSinceMicros();
        if (overdue.OldestMicros is null && candidate is null) return false;
        long oldest = Math.Max(
            Math.Min(overdue.OldestMicros ?? long.MaxValue, candidate ?? long.MaxValue), synchronizer.SinceMicros);
        if (now - oldest > timeout)
        {
            synchronizer.NoteLate();
            return true;
        }
        if (overdue.RelayedMicros is { } owed
            && _patience.IsOver(Math.Max(owed, synchronizer.SinceMicros), window.LastFullMicros, timeout))
            return true;
        if (window.Refuted(now - timeout / 8) is not null) return true;
        return _linkDownSince[window.Leader.Value] is { } down
            && now - Math.Max(down, synchronizer.SinceMicros) > context.Settings.LeaderLinkGraceMicros;
    }
}
