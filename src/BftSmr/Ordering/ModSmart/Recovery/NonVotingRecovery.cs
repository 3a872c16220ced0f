using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Recovery;

/// <summary>
/// Non-voting recovery. A replica that restarted without its votes must not vote again where it may have voted: it
/// would be one of the f faulty ones. It learns from n-f others how far it can have been, sends no vote up to there,
/// and says so, until it has executed that far. It also forgot which regencies it had left, and the STOPDATA that it
/// then made are still about: it sends no vote in a regency below the highest that two of the others wanted. If all
/// others forgot as well, and none of them took a vote of this one in an earlier run, no replica remembers a vote that
/// could be contradicted, and this one goes on from what the logs hold. A replica that lacks the state of a stable
/// checkpoint is silent in the same way up to there. Invariant: before its end is known, no vote is sent at all; the
/// end is found once.
/// </summary>
internal sealed class NonVotingRecovery(ReplicaContext context, DecidedLog log, PeerProgress progress)
{
    private static readonly Instance Unknown = new(long.MaxValue);

    private Instance? _acceptedAtRestartOfAll;

    /// <summary>Votes for instances up to here were forgotten in a restart: none is sent.</summary>
    public Instance Until { get; private set; }

    /// <summary>
    /// Regencies below this one may have been left before a restart that forgot it: no vote is sent in them.
    /// </summary>
    public Regency Below { get; private set; }

    /// <summary>
    /// A checkpoint up to here is stable, and this replica started without its state: it is damaged, or was being
    /// loaded. What the log said of votes up to there is gone.
    /// </summary>
    public Instance LacksUntil { get; private set; }

    /// <summary>
    /// Replies up to <see cref="LacksUntil"/> may have been acknowledged that this replica does not know.
    /// </summary>
    public bool LacksState => log.LastExecuted < LacksUntil;

    public bool IsEndUnknown => Until == Unknown;

    /// <summary>This replica does not vote yet on what comes next.</summary>
    public bool IsActive => log.LastExecuted < Until;

    /// <summary>
    /// Whether no vote can have been forgotten that a vote on this instance in this regency would contradict.
    /// </summary>
    public bool MayVote(Instance number, Regency regency) =>
        number > Until && number > LacksUntil && regency >= Below;

    /// <summary>Called at recovery, with the stable checkpoint that the log knows of.</summary>
    public void NoteStable(Instance stable)
    {
        if (stable > log.LastExecuted) LacksUntil = stable;
    }

    /// <summary>Called at recovery: where it ends is not known yet.</summary>
    public void Begin() => Until = Unknown;

    /// <summary>The log says where it ended.</summary>
    public void Recover(SilentUpTo record)
    {
        if (record.Instance > Until) Until = record.Instance;
        if (record.Regency > Below) Below = record.Regency;
    }

    /// <summary>What a new segment of the log must say of it; null if there is nothing to say.</summary>
    public SilentUpTo? Record() =>
        !IsEndUnknown && (Until > Instance.Zero || Below > Regency.Zero) ? new SilentUpTo(Until, Below) : null;

    /// <summary>
    /// This replica counts as one of the f: it sends no vote, in all instances or in this regency; or what it sent none
    /// on has not been executed by 2f+1 yet. Until then others may have to decide it again without this replica's vote;
    /// after that f+1 correct ones know it, whichever of the others fails next.
    /// </summary>
    public bool IsMissed(Regency current) => IsActive || LacksState || current < Below
        || (log.Base < Until && 1 + OthersAtEnd() < context.Quorums.Install);

    private int OthersAtEnd() =>
        progress.Known.Count(p => p.Peer != context.Self && p.Status.LastExecuted >= Until);

    /// <summary>
    /// Told to the others; the leader then fills the log, so that it passes without load. After a restart of all it is
    /// still said until this replica sent ACCEPT: then q replicas vote again, and one that has not noticed yet has
    /// enough others to learn from.
    /// </summary>
    public bool HasForgotten(Instance lastAccepted) => IsActive || _acceptedAtRestartOfAll == lastAccepted;

    /// <summary>At every status period: finds the end, once enough others have said where they stand.</summary>
    public void Tick(Instance lastAccepted)
    {
        if (!IsEndUnknown) return;
        Status[] others = [.. progress.Known.Where(p => p.Peer != context.Self).Select(p => p.Status)];
        // They have heard of this run: what they say of votes is no older.
        if (others.Length == context.Quorums.Replicas - 1
            && others.All(s => s.VotesForgotten && s.Runs[context.Self.Value] == progress.Run))
        {
            _acceptedAtRestartOfAll = lastAccepted;
            EndAt(Instance.Zero, WantedBy(others));
            return;
        }
        Status[] remembering = [.. others.Where(s => !s.VotesForgotten)];
        if (remembering.Length < context.Quorums.Available) return;
        Instance accepted = Bounded([.. remembering
            .Select(s => s.LastAccepted > s.LastExecuted ? s.LastAccepted : s.LastExecuted).OrderDescending()]);
        // After a restart of all it may be the one whose log holds most.
        accepted = Instance.Max(accepted, log.LastExecuted);
        EndAt(accepted + log.HorizonInstances, WantedBy(remembering));
    }

    /// <summary>It installed no regency that fewer than two of the others wanted.</summary>
    private static Regency WantedBy(Status[] others) =>
        others.Select(static s => s.Wanted).OrderDescending().ElementAt(1);

    /// <summary>
    /// The highest claim, unless it is far above what f others claim: this replica being faulty itself, at most f-1
    /// others lie.
    /// </summary>
    private Instance Bounded(Instance[] descending)
    {
        Instance bound = descending[Math.Max(0, context.Quorums.Faulty - 1)] + 2 * log.HorizonInstances;
        return descending[0] < bound ? descending[0] : bound;
    }

    private void EndAt(Instance instance, Regency regency)
    {
        Invariant.Holds(IsEndUnknown, "the end of a non-voting recovery is found once");
        (Until, Below) = (instance, regency);
        context.PersistVote(new SilentUpTo(instance, regency));
    }
}
