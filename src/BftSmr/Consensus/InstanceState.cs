using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Replication;

namespace BftSmr.Consensus;

/// <summary>
/// What a replica knows of one instance. Invariants: it sends WRITE for at most one value per regency (<see cref="SentWrite"/>), ACCEPT only for a
/// value with a quorum of WRITEs, or f+1 ACCEPTs, in that regency (<see cref="Written"/>), and forgets neither until a stable checkpoint covers the instance.
/// </summary>
internal sealed class InstanceState(Instance number, int replicas)
{
    private readonly List<Vote> _writeSet = [];
    private readonly List<Batch> _bodies = [];
    private readonly SortedDictionary<ReplicaId, Refusal> _refusals = [];
    private BatchArchive.Block? _archived;

    public Instance Number => number;

    public VoteBook Writes { get; } = new(replicas);
    public VoteBook Accepts { get; } = new(replicas);

    /// <summary>The value under vote in the current regency: proposed by its leader, or bound by its SYNC.</summary>
    public Vote? Candidate { get; private set; }

    /// <summary>The candidate's requests could be authenticated, or its SYNC vouches for it.</summary>
    public bool CandidateIsAuthentic { get; private set; }

    /// <summary>Until when the checks of the candidate are left to others, monotonic microseconds; null if this replica did them, or need not.</summary>
    public long? UncheckedUntilMicros { get; private set; }

    /// <summary>When the candidate was first seen, monotonic microseconds.</summary>
    public long CandidateSinceMicros { get; private set; }

    /// <summary>How many replicas refuse the candidate.</summary>
    public int Refusals => _refusals.Values.Count(r => r.Vote == Candidate);

    /// <summary>The last WRITE sent.</summary>
    public Vote? SentWrite { get; private set; }

    /// <summary>The last ACCEPT sent.</summary>
    public Vote? SentAccept { get; private set; }

    /// <summary>The latest value a quorum of WRITEs, or f+1 ACCEPTs, was seen for.</summary>
    public Vote? Written { get; private set; }

    /// <summary>Each value WRITE was sent for, with the highest regency; sorted by value.</summary>
    public IReadOnlyList<Vote> WriteSet => _writeSet;

    public Digest? Decided { get; private set; }

    public bool IsExecuted { get; private set; }

    /// <summary>When the missing body was last asked for, monotonic microseconds.</summary>
    public long BodyAskedMicros { get; set; } = long.MinValue / 2;

    public void SetCandidate(Vote candidate, bool isAuthentic, long nowMicros) =>
        (Candidate, CandidateIsAuthentic, CandidateSinceMicros, UncheckedUntilMicros) = (candidate, isAuthentic, nowMicros, null);

    /// <summary>Others are to check the candidate, until then.</summary>
    public void LeaveUnchecked(long untilMicros) => UncheckedUntilMicros = untilMicros;

    /// <summary>The candidate was checked here, or vouched for.</summary>
    public void NoteChecked(bool isAuthentic) => (CandidateIsAuthentic, UncheckedUntilMicros) = (isAuthentic, null);

    public void DropCandidate() => Candidate = null;

    /// <summary>A replica refuses a value, because of requests of these clients. Its refusal may come before the proposal does.</summary>
    public void NoteRefusal(ReplicaId from, Vote vote, IReadOnlyList<ClientId> clients)
    {
        if (!_refusals.TryGetValue(from, out Refusal? held) || vote.Regency > held.Vote.Regency) _refusals[from] = new Refusal(vote, clients);
    }

    /// <summary>Whom this replica named when it refused the candidate; null if it did not.</summary>
    public IReadOnlyList<ClientId>? RefusalBy(ReplicaId replica) => _refusals.TryGetValue(replica, out Refusal? held) && held.Vote == Candidate ? held.Clients : null;

    /// <summary>The clients that at least this many replicas name.</summary>
    public IEnumerable<ClientId> RefusedClients(int replicasMin) => _refusals.Values.Where(r => r.Vote == Candidate)
        .SelectMany(r => r.Clients.Distinct()).GroupBy(c => c).Where(c => c.Count() >= replicasMin).Select(c => c.Key);

    public void RecordWrite(Vote vote)
    {
        SentWrite = vote;
        int index = _writeSet.FindIndex(w => w.Value >= vote.Value);
        if (index >= 0 && _writeSet[index].Value == vote.Value) _writeSet[index] = vote;
        else _writeSet.Insert(index < 0 ? _writeSet.Count : index, vote);
    }

    /// <summary>A quorum of WRITEs, or f+1 ACCEPTs, was seen and ACCEPT is sent: one step, so that evidence and vote cannot differ.</summary>
    public void RecordAccept(Vote vote) => Written = SentAccept = vote;

    public void RecordDecision(Digest value) => Decided = value;

    public bool HasWritten(Digest value) => _writeSet.Exists(w => w.Value == value);

    public Batch? Body(Digest value) => _bodies.Find(b => b.Digest == value);

    /// <summary>Whether a body with this digest would be of use.</summary>
    public bool IsWanted(Digest value) => Body(value) is null && (Decided == value || Candidate?.Value == value || Written?.Value == value);

    /// <summary>
    /// Keeps a body. Those that can still matter are the candidate's, the decided one and those in the write set; any other is dropped, so that a
    /// leader's string of proposals through many regencies does not grow memory.
    /// </summary>
    public void KeepBody(Batch body)
    {
        if (Body(body.Digest) is not null) return;
        _bodies.RemoveAll(b => b.Digest != Candidate?.Value && b.Digest != Decided && !HasWritten(b.Digest));
        _bodies.Add(body);
    }

    /// <summary>Once executed, only the decided body can be asked for, and only for its bytes.</summary>
    public void MarkExecuted(CodecLimits limits, BatchArchive archive)
    {
        IsExecuted = true;
        _bodies.RemoveAll(b => b.Digest != Decided);
        Invariant.Holds(_bodies.Count <= 1, "one value is decided");
        if (_bodies.Count == 1 && _archived is null) _bodies[0] = BatchCodec.Compact(_bodies[0], archive.Keep(_bodies[0].Encoded, out _archived), limits);
    }

    /// <summary>The instance is forgotten.</summary>
    public void Release(BatchArchive archive)
    {
        if (_archived is not null) archive.Release(_archived);
    }

    /// <summary>What goes into STOPDATA, or null if there is nothing to say.</summary>
    public InstanceEvidence? Evidence() => Written is null && _writeSet.Count == 0 ? null : new(number, Written, [.. _writeSet]);

    private sealed record Refusal(Vote Vote, IReadOnlyList<ClientId> Clients);
}
