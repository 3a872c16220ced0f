using BftCloud.Primitives;
using BftSmr.Checkpoints;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Recovery;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// PROPOSE / WRITE / ACCEPT over a window of instances (Mod-SMaRt). The change of regency is the Byzantine epoch change
/// of Cachin et al.
/// States of an instance in a regency: idle -> candidate (a value to vote on) -> written (q WRITEs) -> decided (q
/// ACCEPTs) -> executed.
/// Invariants:
/// 1. WRITE is sent for at most one value per instance and regency, and only for a value whose requests are authentic:
///    their MACs or signatures verified here, or f+1 replicas sent WRITE for it, or its SYNC binds it.
/// 2. ACCEPT is sent only for a value with q WRITEs in the current regency; <see cref="InstanceState.Written"/> is then
///    that vote.
/// 3. No vote is sent in a regency before its SYNC was accepted, nor in a regency that was left.
/// 4. A decided value never changes; two correct replicas never decide differently.
/// 5. No vote leaves before its record is on disk (durability 'votes'); none is sent where
///    <see cref="NonVotingRecovery"/> forbids it.
/// </summary>
internal sealed class ConsensusWindow(
    ReplicaContext context, DecidedLog log, CheckpointLedger checkpoints, NonVotingRecovery recovery)
{
    private readonly ProposalChecks _checks = new(context, log);
    private Instance _lastConsidered;

    public Regency Regency { get; private set; }

    /// <summary>The current regency's SYNC has been accepted: votes may be sent.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>
    /// Everything up to here was executed by f+1 correct replicas, as the SYNC of the current regency proves.
    /// </summary>
    public Instance SyncBase { get; private set; }

    /// <summary>
    /// Everything up to here was settled by the SYNC of the current regency: its leader proposes above.
    /// </summary>
    public Instance SyncHigh { get; private set; }

    /// <summary>The highest instance that ACCEPT was sent for.</summary>
    public Instance LastAccepted { get; private set; }

    /// <summary>The last instance proposed by this replica as the leader of the current regency.</summary>
    public Instance LastProposed { get; private set; }

    /// <summary>
    /// Whether what others say of an instance is kept. It is within the horizon of what was executed here, or of the
    /// base of the SYNC. The decisions of all instances between these are fetched.
    /// </summary>
    private bool IsWithinHorizon(Instance number) =>
        number - log.LastExecuted <= log.HorizonInstances
        || (number > SyncBase && number - SyncBase <= log.HorizonInstances);

    public ReplicaId Leader => context.Quorums.LeaderOf(Regency);

    public bool IsLeading => IsOpen && Leader == context.Self;

    /// <summary>Whether the leader may propose another instance.</summary>
    public bool HasRoom =>
        NextProposal - log.LastExecuted <= context.Settings.Window && recovery.MayVote(NextProposal, Regency);

    /// <summary>As many instances are proposed and not executed as the leader may propose.</summary>
    public bool IsFull => Instance.Max(_lastConsidered, SyncHigh) - log.LastExecuted >= context.Settings.Window;

    /// <summary>When a batch that had no room for more was last proposed, monotonic microseconds.</summary>
    public long LastFullMicros { get; private set; } = long.MinValue / 2;

    /// <summary>Nothing is under way.</summary>
    public bool IsIdle => NextProposal == log.LastExecuted.Next;

    private IEnumerable<InstanceState> Instances => log.All.Cast<InstanceState>();

    private Instance Floor => Instance.Max(SyncBase, log.LastExecuted);

    /// <summary>
    /// Above all that was proposed, and all that was decided: a former leader may learn decisions of a later regency.
    /// </summary>
    private Instance NextProposal =>
        Instance.Max(Instance.Max(LastProposed, SyncHigh), Instance.Max(Floor, log.LastDecided)).Next;

    private InstanceState? Find(Instance number) => (InstanceState?)log.Find(number);

    private InstanceState GetOrAdd(Instance number) => (InstanceState)log.GetOrAdd(number);

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
    /// An undecided candidate from before the given time that f+1 replicas refuse. Until some time has passed, WRITEs
    /// of others may still prove its requests.
    /// </summary>
    public InstanceState? Refuted(long sinceMicros) =>
        Undecided().FirstOrDefault(s => s.Candidate is not null && s.Refusals >= context.Quorums.OneCorrect
            && s.CandidateSinceMicros <= sinceMicros);

    /// <summary>As the leader: puts a batch to the vote.</summary>
    public void Propose(Batch batch)
    {
        Invariant.Holds(IsLeading && HasRoom, "only the leader of an open regency proposes, within its window");
        LastProposed = NextProposal;
        InstanceState state = GetOrAdd(LastProposed);
        Invariant.Holds(
            state.Decided is null && state.Candidate is null,
            "a leader proposes once per instance, and nothing that is decided");
        Consider(state, batch, isOwn: true);
    }

    public void OnPropose(ReplicaId from, Propose message)
    {
        if (message.Regency != Regency || !IsOpen || from != Leader)
        {
            context.Effects.Reject(from, RejectReason.WrongRegency);
            return;
        }
        if (message.Instance <= log.LastExecuted || !IsWithinHorizon(message.Instance) || message.Instance <= SyncHigh
            || !log.HasRoomToVote(message.Instance))
        {
            context.Effects.Reject(from, RejectReason.OutsideWindow);
            return;
        }
        InstanceState state = GetOrAdd(message.Instance);
        if (state.Candidate is not { } candidate) Consider(state, message.Batch, isOwn: false);
        else if (candidate.Value != message.Batch.Digest) context.Effects.Reject(from, RejectReason.Equivocation);
        else Advance(state);
    }

    /// <summary>
    /// Takes up a proposal: checks its requests, unless they were checked when they came, or others are to check them.
    /// </summary>
    private void Consider(InstanceState state, Batch batch, bool isOwn)
    {
        Invariant.Holds(!isOwn || _checks.IsTimely(batch), "a leader proposes the time of its own clock");
        bool isVouchedFor = isOwn || state.HasWritten(batch.Digest);
        state.SetCandidate(new Vote(Regency, batch.Digest), isVouchedFor, context.Now.MonotonicMicros);
        log.KeepBody(state, batch);
        _lastConsidered = Instance.Max(_lastConsidered, state.Number);
        bool isFull = batch.Requests.Count >= context.Settings.BatchRequestsMax
            || batch.Encoded.Length >= context.Settings.BatchBytesMax / 2;
        if (isFull) LastFullMicros = context.Now.MonotonicMicros;
        if (!isVouchedFor) _checks.Begin(state, batch);
        Advance(state);
    }

    /// <summary>When <see cref="CheckOverdue"/> is due, monotonic microseconds.</summary>
    public long NextCheckMicros => _checks.NextMicros(Regency);

    /// <summary>Checks the candidates that others should have sent WRITE for by now.</summary>
    public void CheckOverdue()
    {
        while (_checks.TryCheckOverdue(Regency) is { } state) Advance(state);
    }

    public void OnWrite(ReplicaId from, Write message) =>
        OnVote(from, message.Instance, new Vote(message.Regency, message.Value), isAccept: false);

    public void OnAccept(ReplicaId from, Accept message) =>
        OnVote(from, message.Instance, new Vote(message.Regency, message.Value), isAccept: true);

    private void OnVote(ReplicaId from, Instance number, Vote vote, bool isAccept)
    {
        // What was executed here is voted on again only where a SYNC put it to the vote for replicas that have not
        // executed it. Other late votes are the tail of a quorum.
        if (number <= log.LastExecuted && !(number > SyncBase && number <= SyncHigh)) return;
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
        if (message.Instance <= log.LastExecuted || !IsWithinHorizon(message.Instance)) return;
        GetOrAdd(message.Instance).NoteRefusal(from, new Vote(message.Regency, message.Value), message.Clients);
    }

    /// <summary>A batch came that was asked for.</summary>
    public void OnBatchBody(ReplicaId from, BatchBody message)
    {
        if (log.TakeBody(from, message) is { } instance) Advance((InstanceState)instance);
    }

    /// <summary>Takes the transitions that the votes allow.</summary>
    public void Advance(InstanceState state)
    {
        if (IsOpen && recovery.MayVote(state.Number, Regency) && log.HasRoomToVote(state.Number))
        {
            AdvanceWrite(state);
            AdvanceAccept(state);
        }
        AdvanceDecision(state);
    }

    private void AdvanceWrite(InstanceState state)
    {
        if (state.Candidate is not { } candidate || candidate.Regency != Regency) return;
        if (state.SentWrite?.Regency == Regency) return;
        if (state.Body(candidate.Value) is not { } body)
        {
            log.AskForBody(state, candidate.Value);
            return;
        }
        if (!state.CandidateIsAuthentic && state.Writes.Count(candidate) < context.Quorums.OneCorrect) return;
        _checks.NoteAuthentic(state);
        Invariant.Holds(
            state.SentWrite is null || state.SentWrite.Value.Regency < Regency, "one WRITE per instance and regency");
        bool isNew = !state.HasWritten(candidate.Value);
        if (isNew && !MayWriteAnother(state)) return;
        Invariant.Holds(
            IsOpen && recovery.MayVote(state.Number, Regency),
            "no vote is sent outside of an open regency, or where votes may be forgotten");
        Invariant.Holds(body.Digest == candidate.Value, "WRITE is sent for a value whose batch is here");
        state.RecordWrite(candidate);
        // A proposal is no vote: it does not wait for the leader's disk, so that the others' work at the same time.
        if (IsLeading && state.Number > SyncHigh) context.Effects.Broadcast(new Propose(Regency, state.Number, body));
        context.PersistVote(new WriteVoted(state.Number, candidate, isNew ? body : null));
        context.Effects.Broadcast(new Write(Regency, state.Number, candidate.Value));
        state.Writes.TryRecord(context.Self, candidate);
    }

    /// <summary>
    /// Whether WRITE may be sent for another value of an instance. STOPDATA tells all that were sent above the stable
    /// checkpoint, and no replica takes one beyond its bound. A replica that made such a STOPDATA could never send it.
    /// </summary>
    private bool MayWriteAnother(InstanceState state) => state.WriteSet.Count == 0
        || (state.WriteSet.Count < CodecLimits.WriteSetMax
            && Instances.Where(s => s.Number > checkpoints.Stable.Instance)
                .Sum(s => Math.Max(0, s.WriteSet.Count - 1)) < context.Limits.OtherValuesMax);

    private void AdvanceAccept(InstanceState state)
    {
        if (state.Written?.Regency == Regency || QuorumWrittenIn(state) is not { } written) return;
        Invariant.Holds(
            state.Written is null || state.Written.Value.Regency < Regency,
            "one value gathers a quorum of WRITEs in a regency");
        Invariant.Holds(
            IsOpen && recovery.MayVote(state.Number, Regency),
            "no vote is sent outside of an open regency, or where votes may be forgotten");
        Invariant.Holds(written.Regency == Regency, "ACCEPT is sent for a value written in this regency");
        state.RecordAccept(written);
        LastAccepted = Instance.Max(LastAccepted, state.Number);
        context.PersistVote(new QuorumWritten(state.Number, written));
        context.Effects.Broadcast(new Accept(Regency, state.Number, written.Value));
        state.Accepts.TryRecord(context.Self, written);
    }

    /// <summary>
    /// What a quorum sent WRITE for in this regency. A replica that did not hear all of them believes f+1 ACCEPTs, one
    /// of which is a correct replica's. Else it might never decide what another one decided, where f of the others are
    /// silent.
    /// </summary>
    private Vote? QuorumWrittenIn(InstanceState state) =>
        state.Writes.QuorumOf(context.Quorums.Write, Regency)
        ?? state.Accepts.QuorumOf(context.Quorums.OneCorrect, Regency);

    private void AdvanceDecision(InstanceState state)
    {
        if (state.Accepts.QuorumOf(context.Quorums.Write) is { } accepted)
        {
            log.Decide(state, accepted.Value);
        }
        if (state.Decided is { } decided && !state.IsExecuted && state.Body(decided) is null)
            log.AskForBody(state, decided);
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
    /// The SYNC of the current regency was accepted: bound values become candidates; values of earlier regencies that
    /// are not bound lose the vote. Returns the batches that lost it: their requests wait again.
    /// </summary>
    public IReadOnlyList<Batch> Open(Instance syncBase, Instance syncHigh, IReadOnlyDictionary<long, Digest> bound)
    {
        Invariant.Holds(!IsOpen, "a regency is opened once");
        List<Batch> dropped = [];
        foreach (InstanceState state in Instances)
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
        foreach (InstanceState state in Instances)
        {
            if (state.Number > syncHigh) Advance(state);
        }
        return dropped;
    }

    /// <summary>
    /// The regency is open, as it may have been before a restart: values of earlier regencies lose the vote.
    /// </summary>
    public void Reopen(Instance syncBase, Instance syncHigh)
    {
        (IsOpen, SyncBase, SyncHigh) = (true, syncBase, syncHigh);
        foreach (InstanceState state in Instances)
        {
            if (state.Decided is null && state.Candidate?.Regency < Regency) state.DropCandidate();
        }
    }

    /// <summary>
    /// Below the base of the SYNC everything was executed by others, and a replica that is far behind fetches it. The
    /// replica forgets what it heard of these instances: a string of regencies that it did not keep up with does not
    /// grow memory. It keeps its own votes. It also keeps the decisions in its log, as it may have executed and
    /// acknowledged them before it restarted.
    /// </summary>
    private void ForgetGap()
    {
        foreach (InstanceState state in Instances.Where(IsInGap).ToList())
            log.Forget(state);
    }

    private bool IsInGap(InstanceState state) =>
        state.Number <= SyncBase && state.Number > log.LastExecuted && !IsWithinHorizon(state.Number)
        && state.SentWrite is null && state.Written is null
        && (state.Decided is null || state.Number > log.DecidedInLog);

    private void Bind(Instance number, Digest value)
    {
        InstanceState state = GetOrAdd(number);
        Invariant.Holds(state.Decided is null || state.Decided == value, "no accepted SYNC contradicts a decision");
        state.SetCandidate(new Vote(Regency, value), isAuthentic: true, context.Now.MonotonicMicros);
        if (value == BatchCodec.Noop.Digest) log.KeepBody(state, BatchCodec.Noop);
        Advance(state);
    }

    /// <summary>Whether another value was decided here.</summary>
    public bool Contradicts(Instance number, Digest value) => Find(number)?.Decided is { } decided && decided != value;

    /// <summary>What STOPDATA says of every instance above the stable checkpoint.</summary>
    public IReadOnlyList<InstanceEvidence> Evidence(Instance above)
    {
        List<InstanceEvidence> evidence =
            [.. Instances.Where(s => s.Number > above).Select(s => s.Evidence()).OfType<InstanceEvidence>()];
        Invariant.Holds(
            evidence.Count <= context.Limits.EvidenceMax,
            "the evidence of a replica above its stable checkpoint fits into a STOPDATA");
        return evidence;
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
                if (w.Vote.Regency == Regency)
                    voted.SetCandidate(w.Vote, isAuthentic: true, context.Now.MonotonicMicros);
                if (w.Batch is not null) voted.KeepBody(w.Batch);
                voted.Writes.TryRecord(context.Self, w.Vote);
                if (w.Vote.Regency == Regency && Leader == context.Self)
                    LastProposed = Instance.Max(LastProposed, w.Instance);
                break;
            case QuorumWritten q when q.Instance > stable:
                InstanceState written = GetOrAdd(q.Instance);
                written.RecordAccept(q.Vote);
                written.Accepts.TryRecord(context.Self, q.Vote);
                LastAccepted = Instance.Max(LastAccepted, q.Instance);
                break;
        }
    }

    private IEnumerable<InstanceState> Undecided() =>
        Instances.Where(s => s.Number > log.LastExecuted && s.Decided is null && IsWithinHorizon(s.Number));
}
