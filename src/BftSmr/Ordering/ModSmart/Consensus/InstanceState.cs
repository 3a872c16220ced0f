using BftCloud.Primitives;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// What a replica knows of one instance. Invariants: it sends WRITE for at most one value per regency
/// (<see cref="SentWrite"/>); it sends ACCEPT only for a value with a quorum of WRITEs, or f+1 ACCEPTs, in that regency
/// (<see cref="Written"/>); it forgets neither until a stable checkpoint covers the instance.
/// </summary>
internal sealed class InstanceState(Instance number) : DecidedInstance(number)
{
    // Thousands of instances are kept, nearly all of them with one vote and no refusal: these take no more room than
    // that needs.
    private Vote[] _writeSet = [];
    private SortedDictionary<ReplicaId, Refusal>? _refusals;

    public VoteBook Writes { get; } = new();
    public VoteBook Accepts { get; } = new();

    /// <summary>The value under vote in the current regency: proposed by its leader, or bound by its SYNC.</summary>
    public Vote? Candidate { get; private set; }

    /// <summary>The candidate's requests could be authenticated, or its SYNC binds it.</summary>
    public bool CandidateIsAuthentic { get; private set; }

    /// <summary>
    /// Until when the checks of the candidate are left to others, monotonic microseconds; null if this replica did
    /// them, or need not.
    /// </summary>
    public long? UncheckedUntilMicros { get; private set; }

    /// <summary>When the candidate was first seen, monotonic microseconds.</summary>
    public long CandidateSinceMicros { get; private set; }

    /// <summary>How many replicas refuse the candidate.</summary>
    public int Refusals => _refusals?.Values.Count(r => r.Vote == Candidate) ?? 0;

    /// <summary>The last WRITE sent.</summary>
    public Vote? SentWrite { get; private set; }

    /// <summary>
    /// The latest value a quorum of WRITEs, or f+1 ACCEPTs, was seen for, and at once the last ACCEPT sent: evidence
    /// and vote cannot differ.
    /// </summary>
    public Vote? Written { get; private set; }

    /// <summary>Each value WRITE was sent for, with the highest regency; sorted by value.</summary>
    public IReadOnlyList<Vote> WriteSet => _writeSet;

    public override bool IsEvidence => Written is not null || _writeSet.Length > 0;

    public override long? ProposedMicros => Candidate is null ? null : CandidateSinceMicros;

    public void SetCandidate(Vote candidate, bool isAuthentic, long nowMicros) =>
        (
            Candidate, CandidateIsAuthentic, CandidateSinceMicros, UncheckedUntilMicros) = (candidate, isAuthentic,
            nowMicros, null);

    /// <summary>Others are to check the candidate, until then.</summary>
    public void LeaveUnchecked(long untilMicros) => UncheckedUntilMicros = untilMicros;

    /// <summary>The candidate was checked here, or f+1 replicas sent WRITE for it.</summary>
    public void NoteChecked(bool isAuthentic) => (CandidateIsAuthentic, UncheckedUntilMicros) = (isAuthentic, null);

    public void DropCandidate() => Candidate = null;

    /// <summary>
    /// A replica refuses a value, because of requests of these clients. Its refusal may come before the proposal does.
    /// </summary>
    public void NoteRefusal(ReplicaId from, Vote vote, IReadOnlyList<ClientId> clients)
    {
        _refusals ??= [];
        if (!_refusals.TryGetValue(from, out Refusal? held) || vote.Regency > held.Vote.Regency)
            _refusals[from] = new Refusal(vote, clients);
    }

    /// <summary>The clients that this replica named when it refused the candidate; null if it did not.</summary>
    public IReadOnlyList<ClientId>? RefusalBy(ReplicaId replica) =>
        _refusals is not null
            && _refusals.TryGetValue(replica, out Refusal? held)
            && held.Vote == Candidate ? held.Clients : null;

    /// <summary>The clients that at least this many replicas name.</summary>
    public IEnumerable<ClientId> RefusedClients(int replicasMin) =>
        _refusals is null ? [] : _refusals.Values.Where(r => r.Vote == Candidate)
        .SelectMany(r => r.Clients.Distinct()).GroupBy(c => c).Where(c => c.Count() >= replicasMin).Select(c => c.Key);

    public void RecordWrite(Vote vote)
    {
        SentWrite = vote;
        int index = 0;
        while (index < _writeSet.Length && _writeSet[index].Value < vote.Value) index++;
        if (index < _writeSet.Length && _writeSet[index].Value == vote.Value) _writeSet[index] = vote;
        else _writeSet = [.. _writeSet[..index], vote, .. _writeSet[index..]];
    }

    /// <summary>A quorum of WRITEs, or f+1 ACCEPTs, was seen and ACCEPT is sent: one step.</summary>
    public void RecordAccept(Vote vote) => Written = vote;

    public bool HasWritten(Digest value)
    {
        foreach (ref readonly Vote vote in _writeSet.AsSpan())
        {
            if (vote.Value == value) return true;
        }
        return false;
    }

    public override bool IsWanted(Digest value) =>
        base.IsWanted(value) || (Body(value) is null && (Candidate?.Value == value || Written?.Value == value));

    /// <summary>The candidate's body can still matter, and those of the write set.</summary>
    protected override bool IsUnderVote(Digest value) => Candidate?.Value == value || HasWritten(value);

    public override bool IsBodyLogged(Digest value) => HasWritten(value);

    public override IEnumerable<LogRecord> Records()
    {
        foreach (Vote vote in _writeSet.OrderBy(static w => w.Regency.Value))
            yield return new WriteVoted(Number, vote, Body(vote.Value));
        if (Written is { } written) yield return new QuorumWritten(Number, written);
        foreach (LogRecord decided in base.Records()) yield return decided;
    }

    /// <summary>What goes into STOPDATA, or null if there is nothing to say.</summary>
    public InstanceEvidence? Evidence() =>
        IsEvidence ? new(Number, Written, [.. _writeSet]) : null;

    private sealed record Refusal(Vote Vote, IReadOnlyList<ClientId> Clients);
}
