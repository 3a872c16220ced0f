using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// PROPOSE / WRITE / ACCEPT over a window of instances (Mod-SMaRt; the change of regency is the Byzantine epoch change of Cachin et al.).
/// States of an instance in a regency: idle -> candidate (a value to vote on) -> written (q WRITEs) -> decided (q ACCEPTs) -> executed.
/// Invariants:
/// 1. WRITE is sent for at most one value per instance and regency, and only for a value whose requests are authentic: their MACs or signatures
///    verified here, or f+1 replicas sent WRITE for it, or its SYNC binds it.
/// 2. ACCEPT is sent only for a value with q WRITEs in the current regency; <see cref="InstanceState.Written"/> is then that vote.
/// 3. No vote is sent in a regency before its SYNC was accepted, nor in a regency that was left.
/// 4. A decided value never changes; two correct replicas never decide differently.
/// 5. No vote leaves before its record is on disk (durability 'votes'); none is sent for an instance at or below <see cref="SilentUntil"/>, or in a regency
///    below <see cref="SilentBelow"/>.
/// </summary>
internal sealed class ConsensusWindow(ReplicaContext context)
{
    /// <summary>How far beyond its own progress a replica keeps votes, in windows: it may lag behind the leader by that much.</summary>
    private const int HorizonWindows = 4;

    /// <summary>Bytes of executed batches kept below the stable checkpoint.</summary>
    private const long KeptBytesMax = 4 << 20;

    /// <summary>Checkpoints due by bytes that may wait to become stable before the leader proposes no more.</summary>
    private const long LogCheckpointsMax = 64;

    /// <summary>Instances sent again when progress stalls.</summary>
    private const int RetransmitMax = 8;

    private readonly SortedDictionary<long, InstanceState> _instances = [];
    private readonly SharedChecks _checks = new(context);
    private readonly Queue<InstanceState> _unchecked = new();
    private readonly BatchArchive _archive = new();
    private Instance _syncBase;
    private Instance _lastDecided;
    private Instance _decidedInLog;
    private Instance _lastConsidered;
    private long _bytesInLog;
    private Instance _stable;

    public Regency Regency { get; private set; }

    /// <summary>The current regency's SYNC has been accepted: votes may be sent.</summary>
    public bool IsOpen { get; private set; } = true;

    public Instance LastExecuted { get; private set; }

    /// <summary>Everything up to here was settled by the SYNC of the current regency: its leader proposes above.</summary>
    public Instance SyncHigh { get; private set; }

    /// <summary>The highest instance that ACCEPT was sent for.</summary>
    public Instance LastAccepted { get; private set; }

    /// <summary>The last instance proposed by this replica as the leader of the current regency.</summary>
    public Instance LastProposed { get; private set; }

    /// <summary>The stable checkpoint, or the one a replica without a log recovered from. What lies above it is kept, and is evidence: proposals too far above it are not considered.</summary>
    public Instance LogBase { get; private set; }

    /// <summary>As much above the last checkpoint is executed, in instances or in bytes of their batches, as may be: the leader proposes no more.</summary>
    public bool IsLogFull => LastExecuted - LogBase >= LogInstancesMax || _bytesInLog >= LogBytesMax;

    private long LogInstancesMax => 3L * context.Settings.CheckpointPeriod;

    private long LogBytesMax => LogCheckpointsMax * Math.Max(context.Settings.CheckpointBytes, context.Settings.BatchBytesMax);

    /// <summary>
    /// Whether this replica may vote on an instance, and execute it: what it voted on above its stable checkpoint is evidence, and has to fit into a STOPDATA, and what it executed
    /// is kept. The others' progress would draw a replica whose checkpoints are late far beyond that: it has to catch up first.
    /// </summary>
    private bool IsWithinLog(Instance number) => number - LogBase <= LogInstancesMax + HorizonInstances;

    /// <summary>
    /// Whether what others say of an instance is kept: within the horizon of what was executed here, or of the base of the SYNC. Of what lies between, however much that is, the
    /// decisions are fetched.
    /// </summary>
    private bool IsWithinHorizon(Instance number) =>
        number - LastExecuted <= HorizonInstances || (number > _syncBase && number - _syncBase <= HorizonInstances);

    /// <summary>Another instance may be executed before a later checkpoint is stable here.</summary>
    public bool HasRoomToExecute => IsWithinLog(LastExecuted.Next);

    /// <summary>Votes for instances up to here were forgotten in a restart: none is sent.</summary>
    public Instance SilentUntil { get; set; }

    /// <summary>Regencies below this one may have been left before a restart that forgot it: no vote is sent in them.</summary>
    public Regency SilentBelow { get; set; }

    public ReplicaId Leader => context.Quorums.LeaderOf(Regency);

    public bool IsLeading => IsOpen && Leader == context.Self;

    /// <summary>Instances of which something is kept.</summary>
    public int InstancesKept => _instances.Count;

    public int HorizonInstances => HorizonWindows * context.Settings.Window;

    /// <summary>Whether the leader may propose another instance.</summary>
    public bool HasRoom => NextProposal - LastExecuted <= context.Settings.Window && NextProposal > SilentUntil && Regency >= SilentBelow;

    /// <summary>As many instances are proposed and not executed as the leader may propose.</summary>
    public bool IsFull => Max(_lastConsidered, SyncHigh) - LastExecuted >= context.Settings.Window;

    /// <summary>When a batch that had no room for more was last proposed, monotonic microseconds.</summary>
    public long LastFullMicros { get; private set; } = long.MinValue / 2;

    /// <summary>Nothing is under way.</summary>
    public bool IsIdle => NextProposal == LastExecuted.Next;

    private Instance Floor => Max(_syncBase, LastExecuted);

    /// <summary>Above all that was proposed, and all that was decided: a leader that is no longer one may learn decisions of a later regency.</summary>
    private Instance NextProposal => Max(Max(LastProposed, SyncHigh), Max(Floor, _lastDecided)).Next;

    public InstanceState? Find(Instance number) => _instances.GetValueOrDefault(number.Value);

    /// <summary>When the oldest candidate that is still undecided was seen; null if there is none.</summary>
    public long? OldestUndecidedSinceMicros()
    {
        foreach (InstanceState state in Undecided())
        {
            if (state.Candidate is not null) return state.CandidateSinceMicros;
        }
        return null;
    }

    /// <summary>
    /// An undecided candidate from before the given time that f+1 replicas refuse. Until some time has passed the others' WRITEs may still vouch for it.
    /// </summary>
    public InstanceState? Refuted(long sinceMicros) =>
        Undecided().FirstOrDefault(s => s.Candidate is not null && s.Refusals >= context.Quorums.OneCorrect && s.CandidateSinceMicros <= sinceMicros);

    /// <summary>As the leader: puts a batch to the vote.</summary>
    public void Propose(Batch batch)
    {
        Invariant.Holds(IsLeading && HasRoom, "only the leader of an open regency proposes, within its window");
        LastProposed = NextProposal;
        InstanceState state = GetOrAdd(LastProposed);
        Invariant.Holds(state.Decided is null && state.Candidate is null, "a leader proposes once per instance, and nothing that is decided");
        Consider(state, batch, isOwn: true);
    }

    public void OnPropose(ReplicaId from, Propose message)
    {
        if (message.Regency != Regency || !IsOpen || from != Leader)
        {
            context.Effects.Reject(from, RejectReason.WrongRegency);
            return;
        }
        if (message.Instance <= LastExecuted || !IsWithinHorizon(message.Instance) || message.Instance <= SyncHigh
            || !IsWithinLog(message.Instance))
        {
            context.Effects.Reject(from, RejectReason.OutsideWindow);
            return;
        }
        InstanceState state = GetOrAdd(message.Instance);
        if (state.Candidate is not { } candidate) Consider(state, message.Batch, isOwn: false);
        else if (candidate.Value != message.Batch.Digest) context.Effects.Reject(from, RejectReason.Equivocation);
        else Advance(state);
    }

    /// <summary>Takes up a proposal: checks its requests, unless they were checked when they came, or others are to check them.</summary>
    private void Consider(InstanceState state, Batch batch, bool isOwn)
    {
        Vote candidate = new(Regency, batch.Digest);
        bool isTimely = Math.Abs(batch.TimestampMicros - context.Now.UnixMicros) <= context.Settings.ClockSkewMicros;
        bool isVouchedFor = state.HasWritten(batch.Digest) || (isOwn && isTimely);
        state.SetCandidate(candidate, isVouchedFor, context.Now.MonotonicMicros);
        KeepBody(state, batch);
        _lastConsidered = Max(_lastConsidered, state.Number);
        if (batch.Requests.Count >= context.Settings.BatchRequestsMax || batch.Encoded.Length >= context.Settings.BatchBytesMax / 2) LastFullMicros = context.Now.MonotonicMicros;
        if (!isVouchedFor)
        {
            if (!isTimely) Refuse(state, []);
            else if (_checks.LeftToOthersUntil(candidate, state.Number, batch) is { } until) LeaveUnchecked(state, until);
            else Check(state, batch);
        }
        Advance(state);
    }

    private void Check(InstanceState state, Batch batch)
    {
        IReadOnlyList<ClientId> unauthenticated = context.Authenticity.Unauthenticated(batch);
        state.NoteChecked(isAuthentic: unauthenticated.Count == 0);
        if (unauthenticated.Count > 0) Refuse(state, unauthenticated);
    }

    private void Refuse(InstanceState state, IReadOnlyList<ClientId> clients)
    {
        Vote refused = state.Candidate!.Value;
        state.NoteRefusal(context.Self, refused, clients);
        context.Effects.Broadcast(new Refuse(refused.Regency, state.Number, refused.Value, clients));
    }

    private void LeaveUnchecked(InstanceState state, long untilMicros)
    {
        state.LeaveUnchecked(untilMicros);
        _unchecked.Enqueue(state);
    }

    /// <summary>When <see cref="CheckOverdue"/> is due, monotonic microseconds.</summary>
    public long NextCheckMicros
    {
        get
        {
            while (_unchecked.TryPeek(out InstanceState? state))
            {
                if (state.UncheckedUntilMicros is { } until && state.Candidate?.Regency == Regency && state.Number > LastExecuted) return until;
                _unchecked.Dequeue();
            }
            return long.MaxValue;
        }
    }

    /// <summary>Checks the candidates that others should have vouched for by now.</summary>
    public void CheckOverdue()
    {
        while (NextCheckMicros <= context.Now.MonotonicMicros)
        {
            InstanceState state = _unchecked.Dequeue();
            Batch? body = state.Body(state.Candidate!.Value.Value);
            Invariant.Holds(body is not null, "a proposal's batch is kept while it is a candidate");
            _checks.NoteVain();
            Check(state, body);
            Advance(state);
        }
    }

    public void OnWrite(ReplicaId from, Write message) => OnVote(from, message.Instance, new Vote(message.Regency, message.Value), isAccept: false);

    public void OnAccept(ReplicaId from, Accept message) => OnVote(from, message.Instance, new Vote(message.Regency, message.Value), isAccept: true);

    private void OnVote(ReplicaId from, Instance number, Vote vote, bool isAccept)
    {
        // What was executed here is voted on again only where a SYNC put it to the vote for those who have not; other late votes are the tail of a quorum.
        if (number <= LastExecuted && !(number > _syncBase && number <= SyncHigh)) return;
        if (!IsWithinHorizon(number))
        {
            context.Effects.Reject(from, RejectReason.OutsideWindow);
            return;
        }
        InstanceState state = GetOrAdd(number);
        if ((isAccept ? state.Accepts : state.Writes).TryRecord(from, vote)) Advance(state);
        else context.Effects.Reject(from, RejectReason.Equivocation);
    }

    public void OnRefuse(ReplicaId from, Refuse message)
    {
        if (message.Instance <= LastExecuted || !IsWithinHorizon(message.Instance)) return;
        GetOrAdd(message.Instance).NoteRefusal(from, new Vote(message.Regency, message.Value), message.Clients);
    }

    public void OnFetchBatch(ReplicaId from, FetchBatch message)
    {
        if (Find(message.Instance)?.Body(message.Value) is { } body) context.Effects.Send(from, new BatchBody(message.Instance, body));
    }

    public void OnBatchBody(ReplicaId from, BatchBody message)
    {
        if (Find(message.Instance) is not { } state || !state.IsWanted(message.Batch.Digest))
        {
            context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        KeepBody(state, message.Batch);
        Advance(state);
    }

    /// <summary>f+1 replicas report this value as decided.</summary>
    public void Learn(Instance number, Digest value, Batch body)
    {
        if (number <= LastExecuted) return;
        InstanceState state = GetOrAdd(number);
        KeepBody(state, body);
        if (state.Decided is null) Decide(state, value);
        Invariant.Holds(state.Decided == value, "a decided value never changes");
    }

    /// <summary>Takes the transitions that the votes allow.</summary>
    private void Advance(InstanceState state)
    {
        if (IsOpen && Regency >= SilentBelow && state.Number > SilentUntil && IsWithinLog(state.Number))
        {
            AdvanceWrite(state);
            AdvanceAccept(state);
        }
        AdvanceDecision(state);
    }

    private void AdvanceWrite(InstanceState state)
    {
        if (state.Candidate is not { } candidate || candidate.Regency != Regency || state.SentWrite?.Regency == Regency) return;
        if (state.Body(candidate.Value) is not { } body)
        {
            AskForBody(state, candidate.Value);
            return;
        }
        if (!state.CandidateIsAuthentic && state.Writes.Count(candidate) < context.Quorums.OneCorrect) return;
        if (state.UncheckedUntilMicros is not null)
        {
            _checks.NoteVouched(context.Now.MonotonicMicros - state.CandidateSinceMicros);
            state.NoteChecked(isAuthentic: true);
        }
        Invariant.Holds(state.SentWrite is null || state.SentWrite.Value.Regency < Regency, "one WRITE per instance and regency");
        bool isNew = !state.HasWritten(candidate.Value);
        if (isNew && !MayWriteAnother(state)) return;
        state.RecordWrite(candidate);
        // A proposal is no vote: it does not wait for the leader's disk, so that the others' work at the same time.
        if (IsLeading && state.Number > SyncHigh) context.Effects.Broadcast(new Propose(Regency, state.Number, body));
        context.PersistVote(new WriteVoted(state.Number, candidate, isNew ? body : null));
        context.Effects.Broadcast(new Write(Regency, state.Number, candidate.Value));
        state.Writes.TryRecord(context.Self, candidate);
    }

    /// <summary>
    /// Whether WRITE may be sent for another value of an instance. All that were sent above the stable checkpoint are told in STOPDATA, and nobody takes one beyond its bound: of a
    /// replica that had to make one the others would never hear again.
    /// </summary>
    private bool MayWriteAnother(InstanceState state) => state.WriteSet.Count == 0
        || (state.WriteSet.Count < CodecLimits.WriteSetMax && _instances.Values.Where(s => s.Number > _stable).Sum(s => Math.Max(0, s.WriteSet.Count - 1)) < context.Limits.OtherValuesMax);

    private void AdvanceAccept(InstanceState state)
    {
        if (state.Written?.Regency == Regency || QuorumWrittenIn(state) is not { } written) return;
        Invariant.Holds(state.Written is null || state.Written.Value.Regency < Regency, "one value gathers a quorum of WRITEs in a regency");
        state.RecordAccept(written);
        LastAccepted = Max(LastAccepted, state.Number);
        context.PersistVote(new QuorumWritten(state.Number, written));
        context.Effects.Broadcast(new Accept(Regency, state.Number, written.Value));
        state.Accepts.TryRecord(context.Self, written);
    }

    /// <summary>
    /// What a quorum sent WRITE for in this regency. Who did not hear all of them believes f+1 ACCEPTs, one of which is a correct replica's: else, where f of the others are
    /// silent, those who did not decide when somebody else did might never do.
    /// </summary>
    private Vote? QuorumWrittenIn(InstanceState state) =>
        state.Writes.QuorumOf(context.Quorums.Write, Regency) ?? state.Accepts.QuorumOf(context.Quorums.OneCorrect, Regency);

    private void AdvanceDecision(InstanceState state)
    {
        if (state.Accepts.QuorumOf(context.Quorums.Write) is { } accepted)
        {
            if (state.Decided is null) Decide(state, accepted.Value);
            Invariant.Holds(state.Decided == accepted.Value, "a decided value never changes");
        }
        if (state.Decided is { } decided && !state.IsExecuted && state.Body(decided) is null) AskForBody(state, decided);
    }

    private void Decide(InstanceState state, Digest value)
    {
        state.RecordDecision(value);
        _lastDecided = Max(_lastDecided, state.Number);
        context.PersistDecision(new ValueDecided(state.Number, value, state.HasWritten(value) ? null : state.Body(value)));
    }

    /// <summary>A batch came. If its value was decided before, the record of the decision lacks it, and it is executed next: it is recorded once more.</summary>
    private void KeepBody(InstanceState state, Batch body)
    {
        bool isAwaited = state.Decided == body.Digest && state.Body(body.Digest) is null;
        state.KeepBody(body);
        if (isAwaited) context.PersistDecision(new ValueDecided(state.Number, body.Digest, body));
    }

    private void AskForBody(InstanceState state, Digest value)
    {
        if (context.Now.MonotonicMicros - state.BodyAskedMicros < context.Settings.StatusPeriodMicros) return;
        state.BodyAskedMicros = context.Now.MonotonicMicros;
        context.Effects.Broadcast(new FetchBatch(state.Number, value));
    }

    /// <summary>The next instance to execute, if it is decided, its batch is here, and the log has room for it.</summary>
    public bool TryNextDecided(out InstanceState state, out Batch batch)
    {
        if (HasRoomToExecute && Find(LastExecuted.Next) is { Decided: { } value } next && next.Body(value) is { } body)
        {
            (state, batch) = (next, body);
            return true;
        }
        (state, batch) = (null!, null!);
        return false;
    }

    public void MarkExecuted(InstanceState state)
    {
        Invariant.Holds(state.Number == LastExecuted.Next, "instances execute in order");
        LastExecuted = state.Number;
        state.MarkExecuted(context.Limits, _archive);
        _bytesInLog += BytesOf(state);
    }

    /// <summary>A regency was installed: no more votes until its SYNC.</summary>
    public void Close(Regency regency)
    {
        Invariant.Holds(regency > Regency, "regencies only grow");
        Regency = regency;
        IsOpen = false;
        LastProposed = _lastConsidered = Instance.Zero;
    }

    /// <summary>
    /// The SYNC of the current regency was accepted: bound values become candidates; values of earlier regencies that are not bound lose the vote.
    /// Returns the batches that lost it, whose requests wait again.
    /// </summary>
    public IReadOnlyList<Batch> Open(Instance syncBase, Instance syncHigh, IReadOnlyDictionary<long, Digest> bound)
    {
        Invariant.Holds(!IsOpen, "a regency is opened once");
        List<Batch> dropped = [];
        foreach (InstanceState state in _instances.Values)
        {
            if (state.Number <= syncHigh || state.Decided is not null || state.Candidate is not { } candidate) continue;
            if (state.CandidateIsAuthentic && state.Body(candidate.Value) is { } body) dropped.Add(body);
        }
        Reopen(syncBase, syncHigh);
        ForgetGap();
        for (Instance number = syncBase.Next; number <= syncHigh; number = number.Next)
        {
            Bind(number, bound[number.Value]);
        }
        foreach (InstanceState state in _instances.Values)
        {
            if (state.Number > syncHigh) Advance(state);
        }
        return dropped;
    }

    /// <summary>The regency is open, as it may have been before a restart: what earlier regencies put to the vote no longer is.</summary>
    public void Reopen(Instance syncBase, Instance syncHigh)
    {
        (IsOpen, _syncBase, SyncHigh) = (true, syncBase, syncHigh);
        foreach (InstanceState state in _instances.Values)
        {
            if (state.Decided is null && state.Candidate?.Regency < Regency) state.DropCandidate();
        }
    }

    /// <summary>
    /// Below the base of the SYNC everything was executed by others. A replica that is far behind fetches it: what it heard of it is forgotten, but for its own votes, so that a string of regencies
    /// that it did not keep up with does not grow memory; and but for the decisions that its log had, as they may have been executed, and acknowledged, before it restarted.
    /// </summary>
    private void ForgetGap()
    {
        foreach (InstanceState state in _instances.Values.Where(s => s.Number <= _syncBase && s.Number > LastExecuted && !IsWithinHorizon(s.Number)
            && s.SentWrite is null && s.Written is null && (s.Decided is null || s.Number > _decidedInLog)).ToList())
        {
            _instances.Remove(state.Number.Value);
        }
    }

    private void Bind(Instance number, Digest value)
    {
        InstanceState state = GetOrAdd(number);
        Invariant.Holds(state.Decided is null || state.Decided == value, "no accepted SYNC contradicts a decision");
        state.SetCandidate(new Vote(Regency, value), isAuthentic: true, context.Now.MonotonicMicros);
        if (value == BatchCodec.Noop.Digest) KeepBody(state, BatchCodec.Noop);
        Advance(state);
    }

    /// <summary>Whether another value was decided here.</summary>
    public bool Contradicts(Instance number, Digest value) => Find(number)?.Decided is { } decided && decided != value;

    /// <summary>What STOPDATA says of every instance above the stable checkpoint.</summary>
    public IReadOnlyList<InstanceEvidence> Evidence(Instance above)
    {
        List<InstanceEvidence> evidence = [.. _instances.Values.Where(s => s.Number > above).Select(s => s.Evidence()).OfType<InstanceEvidence>()];
        Invariant.Holds(evidence.Count <= context.Limits.EvidenceMax, "what a replica voted on above its stable checkpoint fits into a STOPDATA");
        return evidence;
    }

    /// <summary>The log records that rebuild the votes above an instance.</summary>
    public IEnumerable<LogRecord> LiveRecords(Instance above)
    {
        foreach (InstanceState state in _instances.Values.Where(s => s.Number > above))
        {
            foreach (Vote vote in state.WriteSet.OrderBy(w => w.Regency.Value)) yield return new WriteVoted(state.Number, vote, state.Body(vote.Value));
            if (state.Written is { } written) yield return new QuorumWritten(state.Number, written);
            if (state.Decided is { } decided) yield return new ValueDecided(state.Number, decided, state.HasWritten(decided) ? null : state.Body(decided));
        }
    }

    /// <summary>Rebuilds what the log says of the votes above the stable checkpoint.</summary>
    public void Recover(LogRecord record, Instance stable)
    {
        switch (record)
        {
            case RegencyInstalled r when r.Regency > Regency:
                Close(r.Regency);
                break;
            case WriteVoted w when w.Instance > stable:
                InstanceState voted = GetOrAdd(w.Instance);
                voted.RecordWrite(w.Vote);
                if (w.Vote.Regency == Regency) voted.SetCandidate(w.Vote, isAuthentic: true, context.Now.MonotonicMicros);
                if (w.Batch is not null) voted.KeepBody(w.Batch);
                voted.Writes.TryRecord(context.Self, w.Vote);
                if (w.Vote.Regency == Regency && Leader == context.Self) LastProposed = Max(LastProposed, w.Instance);
                break;
            case QuorumWritten q when q.Instance > stable:
                InstanceState written = GetOrAdd(q.Instance);
                written.RecordAccept(q.Vote);
                written.Accepts.TryRecord(context.Self, q.Vote);
                LastAccepted = Max(LastAccepted, q.Instance);
                break;
            case ValueDecided d when d.Instance > stable:
                InstanceState decided = GetOrAdd(d.Instance);
                decided.RecordDecision(d.Value);
                _lastDecided = _decidedInLog = Max(_lastDecided, d.Instance);
                if (d.Batch is not null) decided.KeepBody(d.Batch);
                if (d.Instance <= LastExecuted) decided.MarkExecuted(context.Limits, _archive);
                break;
            case SilentUpTo s:
                SilentUntil = Max(SilentUntil, s.Instance);
                SilentBelow = s.Regency > SilentBelow ? s.Regency : SilentBelow;
                break;
        }
    }

    /// <summary>The state was replaced by a snapshot.</summary>
    public void JumpTo(Instance executed)
    {
        Invariant.Holds(executed >= LastExecuted, "execution never goes back");
        LastExecuted = executed;
    }

    /// <summary>The log was lost: nothing is known of the votes up to here, and nothing will be told of them.</summary>
    public void BeginLogAt(Instance recovered) => LogBase = Max(LogBase, recovered);

    /// <summary>
    /// A checkpoint became stable: what is below it is forgotten, but for the last few executed batches, which spare a replica that is only a little
    /// behind the transfer of the whole state.
    /// </summary>
    public void ForgetStable(Instance stable)
    {
        _stable = stable;
        LogBase = Max(LogBase, stable);
        Instance upTo = stable < LastExecuted ? stable : LastExecuted;
        long keptBytes = 0;
        Instance kept = upTo;
        while (upTo - kept < HorizonInstances && Find(kept) is { Decided: not null } state && (keptBytes += BytesOf(state)) <= KeptBytesMax)
        {
            kept = new Instance(kept.Value - 1);
        }
        foreach (InstanceState state in _instances.Values.TakeWhile(s => s.Number <= kept).ToList())
        {
            state.Release(_archive);
            _instances.Remove(state.Number.Value);
        }
        _bytesInLog = _instances.Values.Where(s => s.Number > LogBase && s.IsExecuted).Sum(BytesOf);
    }

    private static long BytesOf(InstanceState state) => state.Decided is { } decided && state.Body(decided) is { } body ? body.Encoded.Length : 0;

    /// <summary>
    /// Progress stalled here or at a peer: says again what was said in this regency about the next instances that were not executed here, and, of those that the SYNC put to the
    /// vote again, the next above <paramref name="slowest"/>, the least that a peer says it has executed: a lie there takes nothing from the former. The leader proposes again to those
    /// that have not voted.
    /// </summary>
    public void Retransmit(Instance slowest)
    {
        Instance executed = LastExecuted;
        RetransmitBetween(executed, new Instance(executed.Value + HorizonInstances));
        if (slowest < executed) RetransmitBetween(Max(slowest, _syncBase), executed < SyncHigh ? executed : SyncHigh);
    }

    private void RetransmitBetween(Instance above, Instance upTo)
    {
        int sent = 0;
        for (Instance i = above.Next; i <= upTo && sent < RetransmitMax; i = i.Next)
        {
            if (Find(i) is not { } state) continue;
            RetransmitOne(state);
            sent++;
        }
    }

    /// <summary>
    /// A peer has stopped at an instance that was executed here: it is told again how this replica voted on the next ones. With f others silent nobody
    /// else can make up for a vote that was lost on its way, and this replica has no reason of its own to want anything.
    /// </summary>
    public void RepeatVotes(ReplicaId to, Instance executedThere)
    {
        for (Instance i = executedThere.Next; i <= LastExecuted && i - executedThere <= RetransmitMax; i = i.Next)
        {
            if (Find(i) is not { } state) continue;
            if (state.SentWrite is { } write) context.Effects.Send(to, new Write(write.Regency, i, write.Value));
            if (state.Written is { } accept) context.Effects.Send(to, new Accept(accept.Regency, i, accept.Value));
        }
    }

    private void RetransmitOne(InstanceState state)
    {
        if (IsLeading && state.Number > SyncHigh && state.SentWrite is { } own && own.Regency == Regency && state.Body(own.Value) is { } body)
        {
            Propose message = new(Regency, state.Number, body);
            for (int i = 0; i < context.Quorums.Replicas; i++)
            {
                if (state.Writes.Of(new ReplicaId(i))?.Regency != Regency) context.Effects.Send(new ReplicaId(i), message);
            }
        }
        if (state.Candidate is { } refused && state.RefusalBy(context.Self) is { } clients)
            context.Effects.Broadcast(new Refuse(Regency, state.Number, refused.Value, clients));
        if (state.SentWrite is { } write && write.Regency == Regency) context.Effects.Broadcast(new Write(Regency, state.Number, write.Value));
        if (state.Written is { } accept && accept.Regency == Regency) context.Effects.Broadcast(new Accept(Regency, state.Number, accept.Value));
        Advance(state);
    }

    private IEnumerable<InstanceState> Undecided() => _instances.Values.Where(s => s.Number > LastExecuted && s.Decided is null && IsWithinHorizon(s.Number));

    private InstanceState GetOrAdd(Instance number)
    {
        if (!_instances.TryGetValue(number.Value, out InstanceState? state))
        {
            state = new InstanceState(number);
            _instances.Add(number.Value, state);
        }
        return state;
    }

    private static Instance Max(Instance a, Instance b) => a > b ? a : b;
}
