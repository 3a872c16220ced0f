using BftSmr.Core;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// How long a leader may leave out what it was given, while it has room for it: a few times what agreement takes here,
/// measured from proposal to execution, which is the others' doing and not the leader's. A leader that waits just short
/// of the timeout with every proposal is replaced for it (after Prime, Amir et al. 2011, and Aardvark, Clement et al.
/// 2009); one that is merely loaded is not, as full batches and full windows excuse it.
/// </summary>
internal sealed class LeaderPatience(ReplicaContext context)
{
    private const int Latencies = 8;

    private long _latencyMicros;
    private long _excusedMicros = long.MinValue / 2;

    /// <summary>
    /// An instance that another replica proposed was executed so long after its proposal came: moves the estimate by an
    /// eighth.
    /// </summary>
    public void NoteLatency(long micros) =>
        _latencyMicros += (Math.Clamp(micros, 0, context.Settings.RequestTimeoutMicros) - _latencyMicros) / 8;

    /// <summary>
    /// The wait begins anew: the leader cannot propose more just now, for reasons that are not its own; or this replica
    /// itself did not get to its work in time, so that what it had no time to read may be what the leader sent. The
    /// timeout holds nevertheless.
    /// </summary>
    public void Excuse() => _excusedMicros = context.Now.MonotonicMicros;

    /// <summary>
    /// After so long a request is relayed to the leader. Grows with the timeout, when changes of leader were in vain.
    /// </summary>
    public long Micros(long timeoutMicros) => Math.Min(
        timeoutMicros / 3,
        timeoutMicros / context.Settings.RequestTimeoutMicros
            * Math.Max(Latencies * _latencyMicros, context.Settings.StatusPeriodMicros));

    /// <summary>Whether the leader has had a request since then, and room for it, for too long.</summary>
    public bool IsOver(long relayedMicros, long lastFullMicros, long timeoutMicros) =>
        context.Now.MonotonicMicros - Math.Max(
            relayedMicros, Math.Max(lastFullMicros, _excusedMicros)) > 2 * Micros(timeoutMicros);
}
