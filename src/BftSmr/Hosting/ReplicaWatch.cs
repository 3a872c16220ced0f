using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Settings;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// Compares where a replica stands with where it stood, and tells of what changed, in order and off the replica's loop.
/// Replicas start one after the other. So a replica that is not reached is told of only once all were, or after
/// <see cref="StartMicros"/>.
/// </summary>
internal sealed class ReplicaWatch(
    ReplicaSettings settings, Func<ReplicaId, bool> isUp, Action<BftReplicaChange>? onChanged, ILogger logger)
{
    /// <summary>How long after its start a replica may take to reach the others, microseconds.</summary>
    internal const long StartMicros = 10_000_000;

    private ReplicaStatus? _before;
    private long _startedMicros = -1;
    private bool _wasBehind;
    private bool _wasDegraded;
    private bool _reachedAll;

    /// <summary>Completes when the observer has heard of all changes so far.</summary>
    internal Task Told { get; private set; } = Task.CompletedTask;

    /// <summary>Where the replica stands now. On its loop, a few times a second.</summary>
    public void Note(ReplicaStatus now, long nowMicros)
    {
        if (_startedMicros < 0) _startedMicros = nowMicros;
        long lag = LagOf(now.LastExecuted, now.PeerLastExecuted, settings);
        ReplicaId[] unreachable = [.. Others().Where(other => !isUp(other))];
        bool isBehind = lag > settings.Window;
        _reachedAll |= unreachable.Length == 0;
        bool isDegraded = unreachable.Length > 0 && (_reachedAll || nowMicros - _startedMicros >= StartMicros);
        if (_before is { } before && before.Regency != now.Regency) Tell(BftReplicaChangeKind.Regency);
        if ((_before?.CatchingUp ?? false) != now.CatchingUp)
            Tell(now.CatchingUp ? BftReplicaChangeKind.CatchingUp : BftReplicaChangeKind.CaughtUp);
        if (_wasBehind != isBehind) Tell(isBehind ? BftReplicaChangeKind.Behind : BftReplicaChangeKind.UpToDate);
        if (_wasDegraded != isDegraded)
            Tell(isDegraded ? BftReplicaChangeKind.Degraded : BftReplicaChangeKind.Restored);
        (_before, _wasBehind, _wasDegraded) = (now, isBehind, isDegraded);

        void Tell(BftReplicaChangeKind kind) => this.Tell(
            new BftReplicaChange(kind, settings.Self, now.Regency, now.Leader, now.LastExecuted, lag, unreachable));
    }

    /// <summary>
    /// How many instances f+1 of the others have executed beyond a replica, at least one of them correct.
    /// </summary>
    public static long LagOf(Instance executed, IReadOnlyList<Instance> everybody, ReplicaSettings settings)
    {
        Instance[] others = [.. everybody.Where((_, i) => i != settings.Self.Value).OrderDescending()];
        return Math.Max(0, others[settings.Quorums.Faulty] - executed);
    }

    private IEnumerable<ReplicaId> Others() =>
        Enumerable.Range(0, settings.Quorums.Replicas).Select(static i => new ReplicaId(i)).Where(
            other => other != settings.Self);

    private void Tell(BftReplicaChange change)
    {
        HostLog.Changed(logger, change);
        if (onChanged is null) return;
        Told = Told.ContinueWith(
            _ => Run(change), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Run(BftReplicaChange change)
    {
#pragma warning disable CA1031 // What an observer throws is its own mistake: the replica goes on, and says so.
        try
        {
            onChanged!(change);
        }
        catch (Exception e)
        {
            HostLog.ObserverFailed(logger, e);
        }
#pragma warning restore CA1031
    }
}
