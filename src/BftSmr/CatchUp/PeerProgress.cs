using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>The last STATUS of each peer.</summary>
internal sealed class PeerProgress(ReplicaContext context)
{
    private readonly Status?[] _statuses = new Status?[context.Quorums.Replicas];
    private readonly long[] _stoppedMicros = new long[context.Quorums.Replicas];

    /// <summary>
    /// Takes a STATUS. True, at most once per status period, if the sender has not executed anything since the one
    /// before.
    /// </summary>
    public bool Record(ReplicaId from, Status status)
    {
        bool hasStopped = _statuses[from.Value]?.LastExecuted == status.LastExecuted;
        _statuses[from.Value] = status;
        long sinceMicros = context.Now.MonotonicMicros - _stoppedMicros[from.Value];
        if (!hasStopped || sinceMicros < context.Settings.StatusPeriodMicros) return false;
        _stoppedMicros[from.Value] = context.Now.MonotonicMicros;
        return true;
    }

    public Status? Of(ReplicaId peer) => _statuses[peer.Value];

    public IEnumerable<(ReplicaId Peer, Status Status)> Known =>
        _statuses.Select((status, i) => (Peer: new ReplicaId(i), Status: status)).Where(p => p.Status is not null)!;

    /// <summary>At least one correct peer has executed this instance: the (f+1)-th highest claim.</summary>
    public Instance ExecutedByOneCorrect =>
        _statuses.Select(s => s?.LastExecuted ?? Instance.Zero).OrderDescending().ElementAt(context.Quorums.Faulty);

    /// <summary>The least that a peer claims to have executed; peers never heard of do not count.</summary>
    public Instance Slowest =>
        Known.Select(p => p.Status.LastExecuted).DefaultIfEmpty(new Instance(long.MaxValue)).Min();
}
