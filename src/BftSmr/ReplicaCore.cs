using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Execution;
using BftSmr.Instances;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Reads;
using BftSmr.Requests;
using BftSmr.Runs;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr;

/// <summary>
/// The replica as a deterministic state machine: input and time in, ordered effects out. It joins the parts - requests,
/// an ordering, execution, checkpoints, catching up - and owns what happens between them; each part states its own
/// invariants.
/// </summary>
internal sealed class ReplicaCore : IReplicaCore
{
    private readonly ReplicaContext _context;
    private RecoveredState? _recovered;
    private readonly DecidedLog _log;
    private readonly IOrdering _ordering;
    private readonly Proposer _proposer;
    private readonly CheckpointLedger _checkpoints;
    private readonly RequestPool _requests;
    private readonly ReplyVouching _vouching;
    private readonly ExecutionStage _execution;
    private readonly LiveLog _live;
    private readonly ReadQueue _reads;
    private readonly ReadRelay _readRelay;
    private readonly PeerProgress _progress;
    private readonly FetchAllowance _fetches;
    private readonly DecidedArchive _archive;
    private readonly CheckpointPins _pins;
    private readonly DecidedFetch _decidedFetch;
    private readonly CheckpointFetch _checkpointFetch;
    private readonly RunRepair _repair;
    private readonly StateRebuild _rebuild;
    private long _nextStatusMicros;
    private Instance _executedAtLastStatus;

    private ReplicaCore(ReplicaSettings settings, IKeyring keyring, RecoveredState recovered, OrderingProtocol protocol)
    {
        BatchPacing pacing = new();
        _context = new ReplicaContext(settings, keyring, protocol.Family);
        _recovered = recovered;
        _log = new DecidedLog(_context, protocol.CreateInstance);
        _checkpoints = new CheckpointLedger(_context);
        _requests = new RequestPool(_context, pacing);
        _progress = new PeerProgress(_context);
        _fetches = new FetchAllowance(_context);
        _ordering = protocol.CreateOrdering(
            new OrderingParts(_context, _log, _checkpoints, _requests, pacing, _progress, _fetches));
        _proposer = new Proposer(_context, _requests, pacing, _ordering);
        _rebuild = new StateRebuild(_context, _log, _checkpoints);
        _reads = new ReadQueue(_context, _log, _ordering, _rebuild);
        _readRelay = new ReadRelay(_context, _reads);
        _vouching = new ReplyVouching(_context, _log, _ordering);
        _execution = new ExecutionStage(_context, _log, _ordering, _requests, _vouching);
        _live = new LiveLog(_context, _log, _checkpoints, _ordering);
        _archive = new DecidedArchive(_context, _progress);
        _pins = new CheckpointPins(_context);
        _decidedFetch = new DecidedFetch(_context, _log, _checkpoints, _progress, _archive, _pins);
        _checkpointFetch = new CheckpointFetch(_context, _log, _rebuild);
        _repair = new RunRepair(_context);
    }

    /// <summary>A replica that has not started yet.</summary>
    /// <param name="settings">Its cluster, and which replica it is.</param>
    /// <param name="keyring">Its keys.</param>
    /// <param name="recovered">What it found on its disk.</param>
    /// <param name="protocol">How it orders.</param>
    public static IReplicaCore Create(
        ReplicaSettings settings, IKeyring keyring, RecoveredState recovered, OrderingProtocol protocol) =>
        new ReplicaCore(settings, keyring, recovered, protocol);

    private ReplicaSettings Settings => _context.Settings;

    /// <summary>The state is not the one it should be, and another one is not here yet.</summary>
    private bool IsStateWrong => _rebuild.IsWrong;

    public long NextDeadlineMicros => Math.Min(
        Math.Min(_nextStatusMicros, Math.Min(_vouching.NextDeadlineMicros, _readRelay.NextDeadlineMicros)),
        Math.Min(_ordering.NextDeadlineMicros, _proposer.NextDeadlineMicros));

    public void Start(ClockReading now, EffectBuffer effects)
    {
        _context.BeginStep(now, effects);
        Invariant.Holds(_recovered is not null, "a core is started once");
        Recover(_recovered);
        _recovered = null; // the log may be large
        _requests.Rebuild(_ordering.IsLeading);
        _nextStatusMicros = now.MonotonicMicros;
        _progress.Run = Math.Max(1, unchecked((ulong)now.UnixMicros));
        Settle(moreFollow: false);
    }

    private void Recover(RecoveredState recovered)
    {
        CheckpointStable? stable = recovered.Records.OfType<CheckpointStable>().MaxBy(
            c => c.Certificate.Instance.Value);
        if (stable is not null && stable.Certificate.Instance > Instance.Zero)
            _checkpoints.Adopt(stable.Certificate, stable.Manifest);
        Instance checkpoint = recovered.Checkpoint.Instance;
        if (checkpoint > Instance.Zero)
        {
            _log.JumpTo(checkpoint);
            if (recovered.Records.Count == 0) _log.BeginAt(checkpoint);
            Invariant.Holds(
                ReplicatedRecords.TryLoad(recovered.Own, Settings, out ReplicatedState? state),
                "a local checkpoint that verified can be read");
            _execution.Restore(state, checkpoint);
            _checkpoints.Take(recovered.Checkpoint);
        }
        foreach (LogRecord record in recovered.Records)
        {
            if (record is not ValueDecided decided) _ordering.Recover(record);
            else if (decided.Instance > _checkpoints.Stable.Instance) _log.Recover(decided);
        }
        _ordering.Start(recovered.VotesForgotten);
    }

    public void Step(Input input, ClockReading now, EffectBuffer effects, bool moreFollow)
    {
        _context.BeginStep(now, effects);
        switch (input)
        {
            case PeerInput p:
                if (_context.IsMember(p.From) && p.From != _context.Self) OnPeer(p.From, p.Message);
                else _context.Effects.Reject(p.From, RejectReason.WrongSender);
                break;
            case RequestInput r: OnRequest(r.Request); break;
            case ReadInput r: _readRelay.OnRead(r.Client, r.Read, _context.AgreedTimeMicros); break;
            case ReadAnsweredInput a: _readRelay.OnAnswered(a); break;
            case TickInput: OnTick(); break;
            case LinkInput l: _ordering.OnLink(l.Peer, l.IsUp); break;
            case ExecutedInput when IsStateWrong: _execution.Abandon(); break;
            case ExecutedInput e: OnExecuted(e); break;
            case CheckpointTakenInput c: _checkpoints.Complete(c.Manifest, isDropped: IsStateWrong); break;
            case ArchiveLostInput: _archive.Lose(); break;
            case FetchPlannedInput f: _checkpointFetch.OnPlanned(f); break;
            case RunDamagedInput d: _repair.OnDamaged(d); break;
            case StateDamagedInput d: DropState(d.Manifest); break;
            case LogDamagedInput: _live.NoteDamaged(); break;
            case StateInstalledInput s: OnStateInstalled(s); break;
            case StateInstallFailedInput: _checkpointFetch.Abandon(); break;
            default:
                throw new InvariantViolationException(
                    $"The core knows no {input.GetType().Name}: add a case for it.");
        }
        Settle(moreFollow);
    }

    public bool Uses(PeerMessage message) => message switch
    {
        CheckpointOffer m =>
            m.Certificate.Instance > _log.LastExecuted || m.Certificate.Instance > _checkpoints.Stable.Instance
                || (IsStateWrong && m.Certificate.Instance == _checkpoints.Stable.Instance),
        _ => _ordering.Uses(message),
    };

    private void OnPeer(ReplicaId from, PeerMessage message)
    {
        if (_ordering.TryHandle(from, message)) return;
        switch (message)
        {
            case Vouch m: _vouching.OnVouch(from, m); break;
            case RelayRead m: _readRelay.OnRelayed(from, m, _context.AgreedTimeMicros); break;
            case VouchRead m: _readRelay.OnVouched(from, m); break;
            case Forward m: OnForward(from, m); break;
            case Checkpoint m: _checkpoints.OnCheckpoint(m); break;
            case Status m: OnStatus(from, m); break;
            case FetchBatch m: if (_fetches.TryTake(from, FetchAllowance.OtherCost)) _log.OnFetchBatch(from, m); break;
            case FetchDecided m: OnFetchDecided(from, m); break;
            case Decided m: _decidedFetch.OnDecided(from, m); break;
            case FetchCheckpoint m:
                if (_fetches.TryTake(from, FetchAllowance.OtherCost)) _decidedFetch.OnFetchCheckpoint(from, m);
                break;
            case CheckpointOffer m: OnOffer(from, m); break;
            case FetchPiece m: OnFetchPiece(from, m); break;
            case Piece m: if (!_repair.TryTake(from, m)) _checkpointFetch.OnPiece(from, m); break;
            default: _context.Effects.Reject(from, RejectReason.Unsolicited); break; // another ordering's
        }
    }

    /// <summary>From its client. An executed one is answered again; one for another leader is relayed.</summary>
    private void OnRequest(Request request)
    {
        if (!_rebuild.IsActive && _execution.TryAnswerAgain(request)) return;
        if (!_context.Permission.Permits(request))
        {
            _execution.AnswerNotPermitted(request);
            return;
        }
        if (!_requests.TryAdmit(request, isDirect: !_ordering.IsLeading || request.IsSigned)) return;
        if (!request.IsSigned && !_ordering.IsLeading && _ordering.Leader != _context.Self)
            _context.Effects.Send(_ordering.Leader, new Forward(request));
    }

    private void OnForward(ReplicaId from, Forward message)
    {
        if (_ordering.Leader != _context.Self)
        {
            _context.Effects.Reject(from, RejectReason.WrongRegency);
            return;
        }
        _requests.TryAdmit(message.Request, isDirect: false);
        _requests.ReleaseOrphan(message.Request.Session);
    }

    private void OnStatus(ReplicaId from, Status status)
    {
        if (_progress.Record(from, status))
        {
            _ordering.OnPeerStopped(from, status.LastExecuted);
            _checkpoints.Inform(from, status);
        }
        _pins.NoteExecuted(from, status.LastExecuted);
        _ordering.OnStatus(from, status);
    }

    private void OnFetchDecided(ReplicaId from, FetchDecided message)
    {
        int cost = message.WithBodies ? FetchAllowance.BatchesCost : FetchAllowance.OtherCost;
        if (_fetches.TryTake(from, cost)) _decidedFetch.OnFetchDecided(from, message);
    }

    private void OnFetchPiece(ReplicaId from, FetchPiece message)
    {
        if (!_fetches.TryTakeChunk(from)) return;
        _pins.NoteAsked(from);
        _context.Effects.Add(new SendPieceEffect(from, message.Run, message.Index));
    }

    /// <summary>
    /// A checkpoint that is stable elsewhere. It is fetched if the others do not have what leads to it; else it proves
    /// how far this replica only has to execute. That gives no room to one whose disk does not keep up.
    /// </summary>
    private void OnOffer(ReplicaId from, CheckpointOffer offer)
    {
        if (!Uses(offer) || _checkpoints.TryAdopt(offer.Certificate)) return;
        _checkpoints.NoteProven(offer.Certificate);
        if (_checkpoints.UnderWay <= 1 && _checkpoints.Proven.Instance > _log.LastExecuted)
            _log.NoteProven(_checkpoints.Proven.Instance);
        if (_checkpointFetch.IsActive || _repair.IsInVain || IsStateWrong
            || (offer.IsInstead && _decidedFetch.IsUnanswered))
            _checkpointFetch.OnOffer(from, offer);
    }

    private void OnTick()
    {
        _ordering.CheckDeadline();
        _vouching.Tick();
        _readRelay.Tick();
        long late = _context.Now.MonotonicMicros - _nextStatusMicros;
        if (late < 0) return;
        _nextStatusMicros = _context.Now.MonotonicMicros + Settings.StatusPeriodMicros;
        OnStatusPeriod(isLate: late > Settings.StatusPeriodMicros / 2);
    }

    private void OnStatusPeriod(bool isLate)
    {
        _fetches.Renew();
        bool isStalled = _log.LastExecuted == _executedAtLastStatus;
        _executedAtLastStatus = _log.LastExecuted;
        _progress.IsBehind = _checkpointFetch.IsActive || _decidedFetch.IsFarBehind || _rebuild.IsActive;
        _ordering.BeginPeriod(isLate);
        _context.Effects.Broadcast(
            _ordering.Describe(
                new Status(_ordering.Regency, _ordering.IsOpen, _log.LastExecuted, _checkpoints.Stable.Instance)
                {
                    IsBehind = _progress.IsBehind, Run = _progress.Run, Runs = _progress.Runs,
                }));
        _requests.RemoveGone();
        _requests.ReleaseOrphans(_context.Now.MonotonicMicros - 2 * Settings.RequestTimeoutMicros);
        _ordering.EndPeriod(isStalled);
        if (isStalled) _checkpoints.Retransmit();
        _checkpointFetch.Tick();
        if (_repair.IsActive) _repair.Tick();
        if (_repair.IsInVain && !_checkpointFetch.IsActive)
            _context.Effects.Broadcast(new FetchCheckpoint(_log.LastExecuted));
        if (IsStateWrong && !_checkpointFetch.IsActive) _checkpointFetch.FindState();
        if ((isStalled || _decidedFetch.IsFarBehind || _decidedFetch.IsActive) && _checkpointFetch.Installing is null)
            _decidedFetch.Continue();
    }

    /// <summary>After every input, a tick included: takes up what it made possible, or due.</summary>
    private void Settle(bool moreFollow)
    {
        if (_checkpoints.Contradicted is { } contradicted) DropState(contradicted);
        if (_ordering.TakeDropped() is { } dropped) OnRegencyOpened(dropped);
        NoteStable();
        if (!_execution.IsExecuting && _checkpointFetch.TakeComplete() is { } complete)
        {
            _context.Effects.Add(new InstallStateEffect(
                complete.Certificate, complete.Manifest,
                _live.AboveInstalled(complete.Certificate, complete.Manifest)));
        }
        if (!moreFollow) _proposer.ProposeIfDue();
        if (_checkpointFetch.Installing is null && !IsStateWrong) _execution.TryExecuteNext();
        if (_checkpointFetch.Installing is null) _live.RewriteIfDamaged();
        Invariant.Holds(_checkpoints.Stable.Instance <= _log.Base, "what is stable is the base of the log");
    }

    private void OnRegencyOpened(IReadOnlyList<Batch> dropped)
    {
        _requests.Rebuild(_ordering.IsLeading);
        foreach (Request request in dropped.SelectMany(static b => b.Requests))
            _requests.TryAdmit(request, isDirect: false);
    }

    private void OnExecuted(ExecutedInput input)
    {
        if (_execution.Complete(input) is { } executed) _ordering.OnExecuted(executed);
        else if (!_execution.IsRepeating) _rebuild.End();
        if (_execution.IsCheckpointDue) BeginCheckpoint();
        _reads.Release(_context.AgreedTimeMicros);
        if (_decidedFetch.IsActive) _decidedFetch.Continue();
    }

    private void BeginCheckpoint()
    {
        bool isPassed = _execution.MayPassCheckpoint(_checkpoints.Proven.Instance);
        ChangedRecords own = _execution.BeginCheckpoint(isPassed);
        if (isPassed)
        {
            _context.Effects.Add(new PassCheckpointEffect(_execution.Position, own));
            return;
        }
        _checkpoints.Begin();
        _context.Effects.Add(
            new TakeCheckpointEffect(_execution.Position, own, _live.AboveExecuted(_execution.Position)));
    }

    /// <summary>The state is wrong. If another one is being fetched, that takes its place.</summary>
    private void DropState(Manifest wrong)
    {
        if (IsStateWrong || _checkpointFetch.Installing is not null) return; // it is on its way out
        _rebuild.Begin(wrong.Number, wrong.Instance);
        _repair.Forget(); // what is missing of damaged runs is asked for with the rest
        if (!_checkpointFetch.IsActive) _checkpointFetch.FindState();
    }

    private void OnStateInstalled(StateInstalledInput input)
    {
        Invariant.Holds(
            ReplicatedRecords.TryLoad(input.Own, Settings, out ReplicatedState? state),
            "a loaded checkpoint that verified can be read");
        CheckpointOffer? installed = _checkpointFetch.Installing;
        Invariant.Holds(installed?.Certificate.Instance == input.Instance, "what was installed is what was fetched");
        Invariant.Holds(
            input.Instance >= _checkpoints.Stable.Instance, "a state never goes back behind what is stable");
        _checkpointFetch.Abandon();
        _rebuild.NoteLoaded();
        _repair.Forget();
        _checkpoints.NoteLoaded();
        if (installed.Certificate.Instance > _checkpoints.Stable.Instance)
            _checkpoints.Adopt(installed.Certificate, installed.Manifest);
        _log.JumpTo(input.Instance);
        _execution.Restore(state, input.Instance);
        if (!_execution.IsRepeating) _rebuild.End();
        _requests.Rebuild(_ordering.IsLeading);
        _reads.Release(_context.AgreedTimeMicros);
        _decidedFetch.Continue();
    }

    private void NoteStable()
    {
        if (!_checkpoints.TakeAdvance()) return;
        CheckpointCertificate stable = _checkpoints.Stable;
        _context.PersistNote(new CheckpointStable(stable, _checkpoints.StableManifest));
        _context.Effects.Add(new TruncateEffect(stable.Instance, _pins.Held));
        _log.ForgetStable(stable.Instance, leaving => _archive.Keep(leaving, _checkpoints.StableManifest.Bytes));
    }

    public ReplicaStatus Status() => new()
    {
        Regency = _ordering.Regency,
        Synchronized = _ordering.IsOpen,
        Leader = _ordering.Leader,
        LastExecuted = _log.LastExecuted,
        StableCheckpoint = _checkpoints.Stable.Instance,
        PendingRequests = _requests.Count,
        InstancesKept = _log.Count,
        Sessions = _execution.SessionCount,
        CatchingUp = _decidedFetch.IsActive || _checkpointFetch.IsActive || _rebuild.IsActive,
        Checkpoint = _checkpointFetch.Progress,
        InstancesBehind = _progress.InstancesBeyond(_log.LastExecuted),
        IsNonVoting = _ordering.Status.IsNonVoting,
        LeaderChanges = _ordering.Status.LeaderChanges,
        PeerLastExecuted = [.. Enumerable.Range(0, Settings.Quorums.Replicas)
            .Select(i => _progress.Of(new ReplicaId(i))?.LastExecuted ?? Instance.Zero)],
    };
}
