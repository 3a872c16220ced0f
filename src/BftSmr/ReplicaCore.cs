using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Execution;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Ordering.ModSmart.Synchronization;
using BftSmr.Reads;
using BftSmr.Recovery;
using BftSmr.Requests;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr;

/// <summary>
/// The replica as a deterministic state machine: input and time in, ordered effects out. It joins the parts - requests, consensus, change of
/// regency, execution, checkpoints, catching up - and owns what happens between them; each part states its own invariants.
/// </summary>
internal sealed class ReplicaCore
{
    /// <summary>Empty batches proposed per status period while some replica waits for its silence to pass.</summary>
    private const int FillersPerPeriod = 16;

    private readonly ReplicaContext _context;
    private RecoveredState? _recovered;
    private readonly ConsensusWindow _window;
    private readonly CheckpointLedger _checkpoints;
    private readonly Synchronizer _synchronizer;
    private readonly RequestPool _requests;
    private readonly ReplyVouching _vouching;
    private readonly ExecutionStage _execution;
    private readonly ReadQueue _reads;
    private readonly ReadRelay _readRelay;
    private readonly PeerProgress _progress;
    private readonly FetchAllowance _fetches;
    private readonly DecidedFetch _decidedFetch;
    private readonly SnapshotFetch _snapshotFetch;
    private readonly VoteSilence _silence;
    private readonly BatchPacing _pacing = new();
    private readonly LeaderPatience _patience;
    private readonly long?[] _linkDownSince;
    private long _nextStatusMicros;
    private Instance _executedAtLastStatus;
    private Instance _notedStable;
    private int _fillersDue;

    public ReplicaCore(ReplicaSettings settings, IKeyring keyring, RecoveredState recovered)
    {
        _context = new ReplicaContext(settings, keyring);
        _recovered = recovered;
        _window = new ConsensusWindow(_context);
        _checkpoints = new CheckpointLedger(_context);
        _synchronizer = new Synchronizer(_context, _window, _checkpoints);
        _requests = new RequestPool(_context, _pacing);
        _patience = new LeaderPatience(_context);
        _reads = new ReadQueue(_context, _window);
        _readRelay = new ReadRelay(_context, _reads);
        _progress = new PeerProgress(_context);
        _vouching = new ReplyVouching(_context, _window);
        _execution = new ExecutionStage(_context, _window, _requests, _vouching);
        _fetches = new FetchAllowance(_context);
        _decidedFetch = new DecidedFetch(_context, _window, _checkpoints, _progress);
        _snapshotFetch = new SnapshotFetch(_context, _window);
        _silence = new VoteSilence(_context, _window, _progress);
        _linkDownSince = new long?[settings.Quorums.Replicas];
    }

    public ReplicaSettings Settings => _context.Settings;

    /// <summary>When <see cref="TickInput"/> is due, on the monotonic clock.</summary>
    public long NextDeadlineMicros => Math.Min(
        Math.Min(_nextStatusMicros, Math.Min(_vouching.NextDeadlineMicros, _readRelay.NextDeadlineMicros)), Math.Min(_window.NextCheckMicros, NextProposalMicros));

    private long NextProposalMicros
    {
        get
        {
            if (!_window.IsLeading || !_window.HasRoom || _window.IsLogFull || (_requests.ReadyCount == 0 && _fillersDue == 0)) return long.MaxValue;
            if (_requests.ReadyCount >= Settings.BatchRequestsMax) return long.MinValue;
            return _pacing.NextMicros(_requests.ReadyCount, BatchPacing.IsHeavy(_requests.ReadyWeight, Settings.Durability), _window.IsIdle);
        }
    }

    /// <summary>Call once, before the first step: emits what the recovered state calls for.</summary>
    public void Start(ClockReading now, EffectBuffer effects)
    {
        _context.BeginStep(now, effects);
        Invariant.Holds(_recovered is not null, "a core is started once");
        Recover(_recovered);
        _recovered = null; // the log may be large
        _synchronizer.Start();
        _requests.Rebuild(_window.IsLeading);
        _nextStatusMicros = now.MonotonicMicros;
        Settle();
    }

    private void Recover(RecoveredState recovered)
    {
        CheckpointStable? stable = recovered.Records.OfType<CheckpointStable>().MaxBy(c => c.Certificate.Instance.Value);
        if (stable is not null && stable.Certificate.Instance > Instance.Zero) _checkpoints.Adopt(stable.Certificate, stable.SnapshotBytes);
        if (recovered.Checkpoint > Instance.Zero)
        {
            _window.JumpTo(recovered.Checkpoint);
            if (recovered.Records.Count == 0) _window.BeginLogAt(recovered.Checkpoint);
            Invariant.Holds(ReplicatedStateCodec.TryDecode(recovered.Sessions, Settings, out ReplicatedState? state), "a local snapshot that verified can be read");
            _execution.Restore(state, recovered.Checkpoint);
            _checkpoints.Take(recovered.Checkpoint, recovered.Root, recovered.SnapshotBytes);
        }
        foreach (LogRecord record in recovered.Records)
        {
            if (record is RegencySynchronized synchronized) _synchronizer.Recover(synchronized.Sync);
            else if (record is RegencyWanted wanted) _synchronizer.Recover(wanted.Regency);
            else _window.Recover(record, _checkpoints.Stable.Instance);
        }
        if (recovered.VotesForgotten) _silence.Begin();
    }

    public void Step(Input input, ClockReading now, EffectBuffer effects)
    {
        _context.BeginStep(now, effects);
        switch (input)
        {
            case PeerInput p when _context.IsMember(p.From) && p.From != _context.Self:
                OnPeer(p.From, p.Message);
                break;
            case RequestInput r:
                OnRequest(r.Request);
                break;
            case ReadInput r:
                _readRelay.OnRead(r.Client, r.Read, _execution.AgreedTimeMicros);
                break;
            case ReadAnsweredInput a:
                _readRelay.OnAnswered(a);
                break;
            case TickInput:
                OnTick();
                break;
            case LinkInput l:
                _linkDownSince[l.Peer.Value] = l.IsUp ? null : now.MonotonicMicros;
                break;
            case ExecutedInput e:
                OnExecuted(e);
                break;
            case CheckpointTakenInput c:
                _checkpoints.Take(c.Instance, c.Root, c.SnapshotBytes);
                break;
            case StateInstalledInput s:
                OnStateInstalled(s);
                break;
            case FetchResumedInput r:
                _snapshotFetch.OnResumed(r);
                break;
            case StateInstallFailedInput:
                _snapshotFetch.Abandon();
                break;
        }
        Settle();
    }

    private void OnPeer(ReplicaId from, PeerMessage message)
    {
        switch (message)
        {
            case Propose m: _window.OnPropose(from, m); break;
            case Write m: _window.OnWrite(from, m); break;
            case Accept m: _window.OnAccept(from, m); break;
            case Refuse m: _window.OnRefuse(from, m); break;
            case Vouch m: _vouching.OnVouch(from, m); break;
            case RelayRead m: _readRelay.OnRelayed(from, m, _execution.AgreedTimeMicros); break;
            case VouchRead m: _readRelay.OnVouched(from, m); break;
            case Forward m: OnForward(from, m); break;
            case Stop m: _synchronizer.OnStop(from, m); break;
            case StopData m: _synchronizer.OnStopData(m); break;
            case Sync m: _synchronizer.OnSync(from, m); break;
            case FetchSync m when _fetches.TryTake(from, FetchAllowance.SyncCost): _synchronizer.OnFetchSync(from, m); break;
            case Checkpoint m: _checkpoints.OnCheckpoint(m); break;
            case Status m: OnStatus(from, m); break;
            case FetchBatch m when _fetches.TryTake(from, FetchAllowance.OtherCost): _window.OnFetchBatch(from, m); break;
            case BatchBody m: _window.OnBatchBody(from, m); break;
            case FetchDecided m when _fetches.TryTake(from, m.WithBodies ? FetchAllowance.BatchesCost : FetchAllowance.OtherCost): _decidedFetch.OnFetchDecided(from, m); break;
            case Decided m: _decidedFetch.OnDecided(from, m); break;
            case FetchCheckpoint m: _decidedFetch.OnFetchCheckpoint(from, m); break;
            case CheckpointOffer m: OnOffer(from, m); break;
            case FetchChunk m: _context.Effects.Add(new SendChunkEffect(from, m.Instance, m.Index)); break;
            case Chunk m: _snapshotFetch.OnChunk(from, m); break;
        }
    }

    /// <summary>From its client. An executed one is answered again; one for another leader is relayed.</summary>
    private void OnRequest(Request request)
    {
        if (_execution.TryAnswerAgain(request)) return;
        if (!_requests.TryAdmit(request, isDirect: !_window.IsLeading || request.IsSigned)) return;
        if (!request.IsSigned && !_window.IsLeading && _window.Leader != _context.Self) _context.Effects.Send(_window.Leader, new Forward(request));
    }

    private void OnForward(ReplicaId from, Forward message)
    {
        if (_window.Leader != _context.Self)
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
            _window.RepeatVotes(from, status.LastExecuted);
            _checkpoints.Inform(from, status);
        }
        _synchronizer.OnStatus(from, status);
    }

    private void OnOffer(ReplicaId from, CheckpointOffer offer)
    {
        if (!_checkpoints.TryAdopt(offer.Certificate)) _snapshotFetch.OnOffer(from, offer);
    }

    private void OnTick()
    {
        ProposeIfDue();
        _window.CheckOverdue();
        _vouching.Tick();
        _readRelay.Tick();
        long late = _context.Now.MonotonicMicros - _nextStatusMicros;
        if (late < 0) return;
        if (late > Settings.StatusPeriodMicros / 2) _patience.Excuse();
        _nextStatusMicros = _context.Now.MonotonicMicros + Settings.StatusPeriodMicros;
        _fetches.Renew();
        bool isStalled = _window.LastExecuted == _executedAtLastStatus;
        _executedAtLastStatus = _window.LastExecuted;
        _silence.Tick();
        _context.Effects.Broadcast(new Status(_window.Regency, _window.IsOpen, _window.LastExecuted, _checkpoints.Stable.Instance)
        {
            LastAccepted = _window.LastAccepted,
            Wanted = _synchronizer.HighestWanted,
            VotesForgotten = _silence.HasForgotten,
        });
        _requests.RemoveGone();
        _requests.ReleaseOrphans(_context.Now.MonotonicMicros - 2 * Settings.RequestTimeoutMicros);
        RequireSignatures();
        _synchronizer.Tick(IsLeaderSuspicious());
        if (isStalled || _progress.Slowest < _window.SyncHigh) _window.Retransmit(_progress.Slowest);
        if (isStalled) _checkpoints.Retransmit();
        _snapshotFetch.Tick();
        bool isFarBehind = _progress.ExecutedByOneCorrect - _window.LastExecuted > _window.HorizonInstances;
        if ((isStalled || isFarBehind || _decidedFetch.IsActive) && _snapshotFetch.Installing is null) _decidedFetch.Continue();
        if (_window.IsLeading && _progress.Known.Any(p => p.Status.VotesForgotten)) _fillersDue = FillersPerPeriod;
    }

    /// <summary>Whether the leader of the open regency gives reason to want another one.</summary>
    private bool IsLeaderSuspicious()
    {
        if (!_window.IsOpen || _window.Leader == _context.Self) return false;
        long now = _context.Now.MonotonicMicros;
        long timeout = _synchronizer.TimeoutMicros;
        if (_window.IsFull || _window.IsLogFull) _patience.Excuse();
        long? request = _requests.OldestSignedSince(now - timeout / 2, _patience.Micros(timeout), _window.Regency, _window.Leader, out long? relayed);
        long? candidate = _window.OldestUndecidedSinceMicros();
        if (request is null && candidate is null) return false;
        long oldest = Math.Max(Math.Min(request ?? long.MaxValue, candidate ?? long.MaxValue), _synchronizer.SinceMicros);
        if (now - oldest > timeout) return true;
        if (relayed is { } owed && _patience.IsOver(Math.Max(owed, _synchronizer.SinceMicros), _window.LastFullMicros, timeout)) return true;
        if (_window.Refuted(now - timeout / 8) is not null) return true;
        return _linkDownSince[_window.Leader.Value] is { } down && now - Math.Max(down, _synchronizer.SinceMicros) > Settings.LeaderLinkGraceMicros;
    }

    /// <summary>f+1 replicas cannot authenticate what is proposed: the clients they name have to sign, which all can check, for a while.</summary>
    private void RequireSignatures()
    {
        if (_window.Refuted(_context.Now.MonotonicMicros) is not { } refuted) return;
        foreach (ClientId client in refuted.RefusedClients(_context.Quorums.OneCorrect)) _requests.RequireSignature(client);
    }

    private void ProposeIfDue()
    {
        while (NextProposalMicros <= _context.Now.MonotonicMicros)
        {
            List<Request> requests = _requests.TakeBatch();
            if (requests.Count == 0 && _fillersDue == 0) return;
            if (requests.Count == 0) _fillersDue--;
            Batch batch = BatchCodec.Create(Math.Max(_context.Now.UnixMicros, _execution.AgreedTimeMicros + 1), NextSeed(), requests);
            _window.Propose(batch);
            _pacing.NoteProposed(_context.Now.MonotonicMicros, left: _requests.ReadyCount);
        }
    }

    private ulong NextSeed()
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Settings.SeedSecret);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], _window.Regency.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], _window.LastProposed.Value);
        Span<byte> digest = stackalloc byte[Digest.Size];
        Blake2b.Hash(bytes).CopyTo(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>After every input: takes up what it made possible.</summary>
    private void Settle()
    {
        Invariant.Holds(_checkpoints.Contradiction is null,
            "this replica's state equals that of a quorum at every checkpoint (if it does not, its disk or memory is damaged, or the service is not deterministic)");
        if (_synchronizer.HasOpened) OnRegencyOpened();
        NoteStable();
        if (!_execution.IsExecuting && _snapshotFetch.TakeComplete() is { } complete)
            _context.Effects.Add(new InstallStateEffect(complete.Certificate, complete.SnapshotBytes, LiveRecords(complete.Certificate, complete.SnapshotBytes)));
        if (_snapshotFetch.Installing is null) _execution.TryExecuteNext();
    }

    private void OnRegencyOpened()
    {
        IReadOnlyList<Batch> dropped = _synchronizer.Dropped;
        _synchronizer.ResetOpened();
        _requests.Rebuild(_window.IsLeading);
        foreach (Request request in dropped.SelectMany(b => b.Requests)) _requests.TryAdmit(request, isDirect: false);
    }

    private void OnExecuted(ExecutedInput input)
    {
        InstanceState executed = _execution.Complete(input);
        if (executed.Candidate is not null) NoteLatency(_context.Now.MonotonicMicros - executed.CandidateSinceMicros);
        if (_window.IsOpen && _window.LastExecuted > _window.SyncHigh) _synchronizer.NoteProgress();
        if (_execution.IsCheckpointDue)
            _context.Effects.Add(new TakeCheckpointEffect(_window.LastExecuted, _execution.BeginCheckpoint(), LiveRecords(_checkpoints.Stable, _checkpoints.StableBytes)));
        _reads.Release(_execution.AgreedTimeMicros);
        if (_decidedFetch.IsActive) _decidedFetch.Continue();
    }

    private void NoteLatency(long micros)
    {
        if (_window.IsLeading) _pacing.NoteLatency(micros);
        else _patience.NoteLatency(micros);
    }

    private void OnStateInstalled(StateInstalledInput input)
    {
        Invariant.Holds(ReplicatedStateCodec.TryDecode(input.Sessions, Settings, out ReplicatedState? state), "an installed snapshot that verified can be read");
        CheckpointOffer? installed = _snapshotFetch.Installing;
        Invariant.Holds(installed?.Certificate.Instance == input.Instance, "what was installed is what was fetched");
        _snapshotFetch.Abandon();
        if (installed.Certificate.Instance > _checkpoints.Stable.Instance) _checkpoints.Adopt(installed.Certificate, installed.SnapshotBytes);
        _window.JumpTo(input.Instance);
        _execution.Restore(state, input.Instance);
        _requests.Rebuild(_window.IsLeading);
        _reads.Release(_execution.AgreedTimeMicros);
        _decidedFetch.Continue();
    }

    private void NoteStable()
    {
        CheckpointCertificate stable = _checkpoints.Stable;
        if (stable.Instance <= _notedStable) return;
        _notedStable = stable.Instance;
        _context.PersistNote(new CheckpointStable(stable, _checkpoints.StableBytes));
        _context.Effects.Add(new TruncateEffect(stable.Instance));
        _window.ForgetStable(stable.Instance);
    }

    /// <summary>What a new segment of the log must say, so that the ones before it may go once its checkpoint is stable.</summary>
    private List<LogRecord> LiveRecords(CheckpointCertificate stable, long snapshotBytes)
    {
        if (Settings.Durability == Durability.None) return [];
        List<LogRecord> records = [];
        if (!_silence.IsEndUnknown && (_window.SilentUntil > Instance.Zero || _window.SilentBelow > Regency.Zero))
            records.Add(new SilentUpTo(_window.SilentUntil, _window.SilentBelow));
        if (_synchronizer.HighestWanted > _window.Regency) records.Add(new RegencyWanted(_synchronizer.HighestWanted));
        if (_window.Regency > Regency.Zero) records.Add(new RegencyInstalled(_window.Regency));
        if (_window.IsOpen && _synchronizer.LastSync is { } sync) records.Add(new RegencySynchronized(sync));
        if (stable.Instance > Instance.Zero) records.Add(new CheckpointStable(stable, snapshotBytes));
        records.AddRange(_window.LiveRecords(above: stable.Instance > _window.LastExecuted ? stable.Instance : _window.LastExecuted));
        return records;
    }

    public ReplicaStatus Status() => new()
    {
        Regency = _window.Regency,
        Synchronized = _window.IsOpen,
        Leader = _window.Leader,
        LastExecuted = _window.LastExecuted,
        StableCheckpoint = _checkpoints.Stable.Instance,
        PendingRequests = _requests.Count,
        InstancesKept = _window.InstancesKept,
        Sessions = _execution.SessionCount,
        CatchingUp = _decidedFetch.IsActive || _snapshotFetch.IsActive,
        IsSilent = _silence.IsMissed,
        LeaderChanges = _synchronizer.Changes,
        PeerLastExecuted = [.. Enumerable.Range(0, Settings.Quorums.Replicas).Select(i => _progress.Of(new ReplicaId(i))?.LastExecuted ?? Instance.Zero)],
    };
}
