using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Watches a correct replica that starts without the state of a checkpoint that its log says is stable. It forgot its
/// votes up to there, and what it acknowledged. So it votes for none of these instances, answers no read before it
/// executed them all, and says so.
/// </summary>
internal sealed class RecoveryChecker(World world, ReplicaId replica)
{
    private Instance _lacksUntil;

    /// <summary>It started so; asking a core where it stands is not free.</summary>
    public bool IsWatching => _lacksUntil > Instance.Zero;

    /// <summary>The replica starts with this.</summary>
    public void Begin(Instance checkpoint, IEnumerable<LogRecord> records)
    {
        Instance stable = records.OfType<CheckpointStable>()
            .Select(static c => c.Certificate.Instance).DefaultIfEmpty().Max();
        _lacksUntil = stable > checkpoint ? stable : Instance.Zero;
        if (IsWatching) world.Events.Count("started without the stable checkpoint");
    }

    /// <summary>The replica takes itself for this.</summary>
    public void Check(ReplicaStatus status)
    {
        if (status.LastExecuted < _lacksUntil && !status.IsNonVoting)
            world.Violate(
                "recovery", $"{replica} lacks the state of {_lacksUntil}, which is stable, and does not say so.");
    }

    /// <summary>The replica does this.</summary>
    public void Check(Effect effect, Instance lastExecuted)
    {
        Instance? voted = effect is BroadcastEffect broadcast
            ? broadcast.Message switch { Write w => w.Instance, Accept a => a.Instance, _ => null }
            : null;
        if (voted <= _lacksUntil)
            world.Violate("recovery", $"{replica} votes for {voted}, where it forgot what it voted: {effect}");
        if (effect is AnswerReadEffect && lastExecuted < _lacksUntil)
            world.Violate(
                "recovery", $"{replica} answers a read in the state of {lastExecuted}, and {_lacksUntil} is stable.");
    }
}
