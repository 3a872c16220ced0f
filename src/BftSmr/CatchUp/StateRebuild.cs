using BftCloud.Primitives;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>
/// What this replica does when its state is not the one that its group agreed on: memory rotted, or the service is not
/// deterministic. The state is dropped, with the checkpoints taken of it that are not stable; a stable one is loaded,
/// and what was executed since is executed again. Until then the replica is one of the f: it votes, but executes
/// nothing new, and answers no client. A state that goes wrong again soon is not worth that: the replica stops.
/// Invariant: a checkpoint that is loaded leads, with what is in the log, to all that was executed here.
/// </summary>
internal sealed class StateRebuild(ReplicaContext context, DecidedLog log, CheckpointLedger checkpoints)
{
    /// <summary>Checkpoints after which a state may go wrong once more.</summary>
    public const int CheckpointsBetween = 64;

    private long? _lastNumber;

    /// <summary>The state is wrong, or not yet what was executed.</summary>
    public bool IsActive { get; private set; }

    /// <summary>The state is wrong, and another one is not here yet.</summary>
    public bool IsWrong { get; private set; }

    /// <summary>The state is not that of a checkpoint which was taken of it.</summary>
    /// <param name="number">The checkpoint's number.</param>
    /// <param name="instance">Its instance.</param>
    public void Begin(long number, Instance instance)
    {
        Invariant.Holds(
            _lastNumber is not { } last || number > last + CheckpointsBetween,
            "this replica's state equals that of a quorum at every checkpoint, and it was loaded anew not long ago "
            + "(its memory or disk is damaged, or the service is not deterministic)");
        _lastNumber = number;
        IsActive = IsWrong = true;
        checkpoints.DropOwn();
        context.Effects.Add(new DropStateEffect(instance, checkpoints.Stable.Instance));
    }

    /// <summary>A stable checkpoint was loaded.</summary>
    public void NoteLoaded() => IsWrong = false;

    /// <summary>All that was executed before is executed again.</summary>
    public void End() => IsActive = false;

    /// <summary>
    /// Whether a stable checkpoint leads beyond what was executed here or, where the state is wrong, back to that.
    /// </summary>
    public bool IsTarget(Instance checkpoint) =>
        checkpoint > log.LastExecuted || (IsWrong && checkpoint >= Stable && log.HasAllAbove(checkpoint));

    /// <summary>The last stable checkpoint.</summary>
    public Instance Stable => checkpoints.Stable.Instance;

    /// <summary>The own stable checkpoint, from which the state can be had again; null if there is none.</summary>
    public CheckpointOffer? OwnTarget =>
        IsWrong && checkpoints.StableOffer is { } own && log.HasAllAbove(own.Certificate.Instance) ? own : null;
}
