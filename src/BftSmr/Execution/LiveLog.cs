using BftCloud.Primitives;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Execution;

/// <summary>
/// What a new segment of the log must say, so that the ones before it may go. Invariant: all that was appended, and
/// counts, is remembered here. So the log can be written again at any time, without anything of what it had.
/// </summary>
internal sealed class LiveLog(ReplicaContext context, DecidedLog log, CheckpointLedger checkpoints, IOrdering ordering)
{
    private bool _isDamaged;

    /// <summary>What counts beside a checkpoint of this instance, which was executed, once that is stable.</summary>
    public IReadOnlyList<LogRecord> AboveExecuted(Instance instance) =>
        Above(checkpoints.Stable, checkpoints.StableManifest, instance);

    /// <summary>
    /// What counts beside a checkpoint that takes the place of the state, and is stable. It may be one that is behind
    /// what was executed here.
    /// </summary>
    public IReadOnlyList<LogRecord> AboveInstalled(CheckpointCertificate stable, Manifest manifest) =>
        Above(stable, manifest, stable.Instance);

    /// <summary>Some of the log is damaged on disk.</summary>
    public void NoteDamaged() => _isDamaged = true;

    /// <summary>
    /// Has the log written again if it is damaged. What is stable stands for all up to there. Above it votes count on
    /// executed instances, too: they are evidence.
    /// </summary>
    public void RewriteIfDamaged()
    {
        if (!_isDamaged) return;
        _isDamaged = false;
        Instance stable = checkpoints.Stable.Instance;
        if (context.Settings.Durability == Durability.None) return;
        context.Effects.Add(
            new RewriteLogEffect(stable, Above(checkpoints.Stable, checkpoints.StableManifest, stable)));
    }

    private List<LogRecord> Above(CheckpointCertificate stable, Manifest manifest, Instance instance)
    {
        if (context.Settings.Durability == Durability.None) return [];
        List<LogRecord> records = [.. ordering.CarryOver()];
        if (stable.Instance > Instance.Zero) records.Add(new CheckpointStable(stable, manifest));
        records.AddRange(log.LiveRecords(Instance.Max(stable.Instance, instance)));
        return records;
    }
}
