using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Ordering.ModSmart.Recovery;
using BftSmr.Ordering.ModSmart.Synchronization;

namespace BftSmr.Ordering.ModSmart;

/// <summary>
/// Mod-SMaRt: joins the window of votes, the change of regency, the suspicion of leaders and non-voting recovery, each
/// of which states its own invariants.
/// </summary>
internal sealed class ModSmartOrdering : IOrdering
{
    /// <summary>
    /// Empty batches proposed per status period while some replica waits for its non-voting recovery to end.
    /// </summary>
    private const int FillersPerPeriod = 16;

    private readonly OrderingParts _parts;
    private readonly NonVotingRecovery _recovery;
    private readonly ConsensusWindow _window;
    private readonly VoteRetransmission _retransmission;
    private readonly Synchronizer _synchronizer;
    private readonly LeaderSuspicion _suspicion;
    private readonly RepetitionPace _pace;
    private readonly RepetitionPace[] _pacesOfPeers;
    private long _latencyMicros;
    private int _fillersDue;

    public ModSmartOrdering(OrderingParts parts)
    {
        _parts = parts;
        _recovery = new NonVotingRecovery(parts.Context, parts.Log, parts.Progress);
        _window = new ConsensusWindow(parts.Context, parts.Log, parts.Checkpoints, _recovery);
        _retransmission = new VoteRetransmission(parts.Context, parts.Log, _window);
        _synchronizer = new Synchronizer(
            parts.Context, parts.Log, _window, parts.Checkpoints, _recovery, parts.Progress);
        _pace = new RepetitionPace(parts.Context);
        _pacesOfPeers = [.. Enumerable.Range(0, parts.Context.Quorums.Replicas).Select(
            _ => new RepetitionPace(parts.Context))];
        _suspicion = new LeaderSuspicion(
            parts.Context, parts.Log, _window, _synchronizer, parts.Requests, parts.Progress);
    }

    public Regency Regency => _window.Regency;
    public bool IsOpen => _window.IsOpen;
    public ReplicaId Leader => _window.Leader;
    public bool IsLeading => _window.IsLeading;
    public Instance ReadBarrier => _window.LastAccepted;
    public bool AnswersReads => !_recovery.IsActive && !_recovery.LacksState;
    public bool MayPropose =>
        _window.IsLeading && _window.HasRoom && !_parts.Log.IsFull && !_parts.Progress.IsBehind;
    public bool WantsFiller => _fillersDue > 0;
    public bool IsIdle => _window.IsIdle;
    public Instance LastProposed => _window.LastProposed;
    public long NextDeadlineMicros => _window.NextCheckMicros;
    public OrderingStatus Status => new(_recovery.IsMissed(Regency), _synchronizer.Changes);

    private ReplicaContext Context => _parts.Context;

    public void Recover(LogRecord record)
    {
        switch (record)
        {
            case RegencySynchronized r: _synchronizer.Recover(r.Sync); break;
            case RegencyWanted r: _synchronizer.Recover(r.Regency); break;
            case SilentUpTo r: _recovery.Recover(r); break;
            default: _window.Recover(record, _parts.Checkpoints.Stable.Instance); break;
        }
    }

    public void Start(bool votesForgotten)
    {
        _recovery.NoteStable(_parts.Checkpoints.Stable.Instance);
        if (votesForgotten) _recovery.Begin();
        _synchronizer.Start();
    }

    public bool Uses(PeerMessage message) => message switch
    {
        StopData m => _synchronizer.Uses(m),
        Sync m => _synchronizer.Uses(m),
        _ => true,
    };

    public bool TryHandle(ReplicaId from, PeerMessage message)
    {
        if (message is Messages.Propose or Write or Accept or Refuse or StopData or Sync)
            _parts.Progress.NoteVote(from);
        switch (message)
        {
            case Propose m: _window.OnPropose(from, m); return true;
            case Write m: _window.OnWrite(from, m); return true;
            case Accept m: _window.OnAccept(from, m); return true;
            case Refuse m: _window.OnRefuse(from, m); return true;
            case BatchBody m: _window.OnBatchBody(from, m); return true;
            case Stop m: _synchronizer.OnStop(from, m); return true;
            case StopData m: _synchronizer.OnStopData(m, _parts.Fetches); return true;
            case Sync m: _synchronizer.OnSync(from, m); return true;
            case FetchSync m:
                if (_parts.Fetches.TryTake(from, FetchAllowance.SyncCost)) _synchronizer.OnFetchSync(from, m);
                return true;
            default: return false;
        }
    }

    public void OnLink(ReplicaId peer, bool isUp) => _suspicion.OnLink(peer, isUp);

    public void OnStatus(ReplicaId from, Status status) => _synchronizer.OnStatus(from, status);

    public void OnPeerStopped(ReplicaId peer, Instance executed)
    {
        RepetitionPace pace = _pacesOfPeers[peer.Value];
        if (executed >= _parts.Log.LastExecuted) pace.Reset();
        else if (pace.IsDue(Regency, executed, executed, _latencyMicros)) _retransmission.RepeatVotes(peer, executed);
    }

    public void Propose(Batch batch)
    {
        if (batch.Requests.Count == 0)
        {
            Invariant.Holds(WantsFiller, "an empty batch is proposed only where one is wanted");
            _fillersDue--;
        }
        _window.Propose(batch);
    }

    public void CheckDeadline() => _window.CheckOverdue();

    public void BeginPeriod(bool isLate)
    {
        if (isLate) _suspicion.Excuse();
        _recovery.Tick(_window.LastAccepted);
    }

    public Status Describe(Status status) => status with
    {
        LastAccepted = Instance.Max(_window.LastAccepted, _recovery.LacksUntil),
        Wanted = _synchronizer.HighestWanted,
        VotesForgotten = _recovery.HasForgotten(_window.LastAccepted),
        SilentBelow = _recovery.Below > Regency ? _recovery.Below : Regency.Zero,
    };

    public void EndPeriod(bool isStalled)
    {
        RequireSignatures();
        _synchronizer.Tick(_suspicion.RelayAndJudge());
        Instance slowest = _parts.Progress.Slowest;
        Instance executed = _parts.Log.LastExecuted;
        bool isUnderWay = isStalled && _parts.Log.All.Any(i => i.Number > executed);
        if (!isUnderWay && slowest >= _window.SyncHigh) _pace.Reset();
        else if (_pace.IsDue(Regency, executed, slowest, _latencyMicros)) _retransmission.Retransmit(slowest);
        if (IsLeading && _parts.Progress.Known.Any(static p => p.Status.VotesForgotten)) _fillersDue = FillersPerPeriod;
    }

    /// <summary>
    /// f+1 replicas cannot authenticate what is proposed: the clients they name have to sign, which all can check, for
    /// a while; and all clients have to if that happens often.
    /// </summary>
    private void RequireSignatures()
    {
        if (_window.Refuted(Context.Now.MonotonicMicros) is not { } refuted) return;
        _parts.Requests.RequireSignatures([.. refuted.RefusedClients(Context.Quorums.OneCorrect)]);
    }

    public IReadOnlyList<Batch>? TakeDropped() => _synchronizer.TakeDropped();

    public void OnExecuted(DecidedInstance instance)
    {
        if (instance.ProposedMicros is { } proposed) NoteLatency(Context.Now.MonotonicMicros - proposed);
        if (instance.Decided is { } decided && instance.Body(decided) is { } batch) _suspicion.NoteExecuted(batch);
        if (IsOpen && _parts.Log.LastExecuted > _window.SyncHigh) _synchronizer.NoteProgress();
    }

    /// <summary>
    /// What agreement takes here. The estimate begins with the first instance, then rises slowly and falls fast: an
    /// instance that took long since something was lost says nothing about the links.
    /// </summary>
    private void NoteLatency(long micros)
    {
        _latencyMicros = _latencyMicros == 0
            ? micros
            : _latencyMicros + (micros - _latencyMicros) / (micros > _latencyMicros ? 16 : 4);
        if (IsLeading) _parts.Pacing.NoteLatency(micros);
        else _suspicion.NoteLatency(micros);
    }

    public IEnumerable<LogRecord> CarryOver()
    {
        if (_recovery.Record() is { } silent) yield return silent;
        if (_synchronizer.HighestWanted > Regency) yield return new RegencyWanted(_synchronizer.HighestWanted);
        if (Regency > Regency.Zero) yield return new RegencyInstalled(Regency);
        if (IsOpen && _synchronizer.LastSync is { } sync) yield return new RegencySynchronized(sync);
    }
}
