using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>The last STATUS of each peer, and whose votes of earlier runs this replica took.</summary>
internal sealed class PeerProgress(ReplicaContext context)
{
    private readonly Status?[] _statuses = new Status?[context.Quorums.Replicas];
    private readonly long[] _stoppedMicros = new long[context.Quorums.Replicas];

    // Of the run that its last STATUS told.
    private ReplicaSet _voted;

    // Have sent votes here in an earlier run of theirs.
    private ReplicaSet _remembered;

    /// <summary>What tells this run of the replica from its others; see <see cref="Status.Run"/>.</summary>
    public ulong Run { get; set; }

    /// <summary>
    /// What <see cref="Status.Runs"/> is to say. As votes count any messages that a correct replica sends no two
    /// different ones of. A vote that comes before a STATUS counts as one of an earlier run.
    /// </summary>
    public IReadOnlyList<ulong> Runs =>
        [.. _statuses.Select((status, i) => _remembered.Contains(new ReplicaId(i)) ? 0 : status?.Run ?? 0)];

    /// <summary>
    /// Takes a STATUS. True, at most once per status period, if the sender has not executed anything since the one
    /// before.
    /// </summary>
    public bool Record(ReplicaId from, Status status)
    {
        if (_statuses[from.Value] is { } before && before.Run != status.Run && _voted.Contains(from))
        {
            _remembered = _remembered.With(from);
            _voted = _voted.Without(from);
        }
        bool hasStopped = _statuses[from.Value]?.LastExecuted == status.LastExecuted;
        _statuses[from.Value] = status;
        long sinceMicros = context.Now.MonotonicMicros - _stoppedMicros[from.Value];
        if (!hasStopped || sinceMicros < context.Settings.StatusPeriodMicros) return false;
        _stoppedMicros[from.Value] = context.Now.MonotonicMicros;
        return true;
    }

    /// <summary>A vote of this peer is being taken.</summary>
    public void NoteVote(ReplicaId from)
    {
        if (_statuses[from.Value] is null) _remembered = _remembered.With(from);
        else _voted = _voted.With(from);
    }

    public Status? Of(ReplicaId peer) => _statuses[peer.Value];

    /// <summary>
    /// This replica is far behind, or fetches a checkpoint: it proposes nothing, and tells the others that it is not to
    /// lead.
    /// </summary>
    public bool IsBehind { get; set; }

    public IEnumerable<(ReplicaId Peer, Status Status)> Known =>
        _statuses.Select((status, i) => (Peer: new ReplicaId(i), Status: status)).Where(p => p.Status is not null)!;

    /// <summary>At least one correct peer has executed this instance: the (f+1)-th highest claim.</summary>
    public Instance ExecutedByOneCorrect =>
        _statuses.Select(s => s?.LastExecuted ?? Instance.Zero).OrderDescending().ElementAt(context.Quorums.Faulty);

    /// <summary>
    /// All others claim to have executed this instance; the first one while one of them was not heard of.
    /// </summary>
    public Instance ExecutedByAll =>
        _statuses.Where((_, i) => i != context.Self.Value).Select(static s => s?.LastExecuted ?? Instance.Zero).Min();

    /// <summary>
    /// How many instances a correct peer has executed beyond this replica's last; null while f+1 peers, or all, have
    /// not said yet what they executed.
    /// </summary>
    public long? InstancesBeyond(Instance own) =>
        Known.Count() < Math.Min(context.Quorums.OneCorrect, context.Quorums.Replicas - 1)
            ? null
            : Math.Max(0, ExecutedByOneCorrect - own);

    /// <summary>The least that a peer claims to have executed; peers never heard of do not count.</summary>
    public Instance Slowest =>
        Known.Select(p => p.Status.LastExecuted).DefaultIfEmpty(new Instance(long.MaxValue)).Min();
}
