using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// When what seems lost is said again: after twice what agreement takes here, and a status period at least. On links
/// with a long delay nothing is said twice that is merely on its way.
/// </summary>
internal sealed class RepetitionPace(ReplicaContext context)
{
    private (Regency, Instance, Instance)? _at;
    private long _nextMicros;

    /// <summary>
    /// Whether it is time, as nothing went on for a status period; if so, the next time is later.
    /// </summary>
    /// <param name="regency">The regency: another one begins anew.</param>
    /// <param name="executed">Up to where it was executed: progress begins anew.</param>
    /// <param name="slowest">Up to where the slowest executed.</param>
    /// <param name="latencyMicros">What agreement takes here.</param>
    public bool IsDue(Regency regency, Instance executed, Instance slowest, long latencyMicros)
    {
        long now = context.Now.MonotonicMicros, period = context.Settings.StatusPeriodMicros;
        long wait = Math.Max(0, Math.Min(2 * latencyMicros, LongestMicros) - period);
        if (_at != (regency, executed, slowest)) (_at, _nextMicros) = ((regency, executed, slowest), now + wait);
        if (now < _nextMicros) return false;
        _nextMicros = now + wait;
        return true;
    }

    /// <summary>Nothing seems lost.</summary>
    public void Reset() => _at = null;

    private long LongestMicros => context.Settings.RequestTimeoutMicros / 2;
}
