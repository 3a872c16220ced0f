using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;

namespace BftSmr.Recovery;

/// <summary>
/// A replica that restarted without its votes must not vote again where it may have voted: it would be one of the f faulty ones. It learns from n-f
/// others how far it can have been, stays silent up to there, and says so, until it has executed that far. It also forgot which regencies it had left,
/// and the STOPDATA that it then made are still about: it sends no vote in a regency below the highest that two of them wanted. If all others forgot as well, nobody
/// remembers a vote that could be contradicted, and it goes on from what the logs hold.
/// Invariant: before the silence has a known end, no vote is sent at all.
/// </summary>
internal sealed class VoteSilence(ReplicaContext context, ConsensusWindow window, PeerProgress progress)
{
    private static readonly Instance Unknown = new(long.MaxValue);

    private Instance? _acceptedAtRestartOfAll;

    /// <summary>Called at recovery: where the silence ends is not known yet.</summary>
    public void Begin() => window.SilentUntil = Unknown;

    public bool IsEndUnknown => window.SilentUntil == Unknown;

    /// <summary>It does not vote yet on what comes next.</summary>
    private bool IsSilent => window.LastExecuted < window.SilentUntil;

    /// <summary>
    /// It counts as one of the f: it is silent, in all instances or in this regency, or what it was silent about has not been executed by 2f+1 yet. While it has not, others may have to decide it again, without this
    /// replica's vote; once it has, f+1 correct ones know it, whoever of the others fails next.
    /// </summary>
    public bool IsMissed =>
        IsSilent || window.Regency < window.SilentBelow || (window.LogBase < window.SilentUntil
            && 1 + progress.Known.Count(p => p.Peer != context.Self && p.Status.LastExecuted >= window.SilentUntil) < context.Quorums.Install);

    /// <summary>
    /// Told to the others; the leader then fills the log, so that the silence passes without load. After a restart of all it is still said until this
    /// replica sent ACCEPT: then q replicas vote again, and one that has not noticed yet has enough others to learn from.
    /// </summary>
    public bool HasForgotten => IsSilent || _acceptedAtRestartOfAll == window.LastAccepted;

    public void Tick()
    {
        if (!IsEndUnknown) return;
        Status[] others = [.. progress.Known.Where(p => p.Peer != context.Self).Select(p => p.Status)];
        if (others.Length == context.Quorums.Replicas - 1 && others.All(s => s.VotesForgotten))
        {
            _acceptedAtRestartOfAll = window.LastAccepted;
            EndAt(Instance.Zero, Regency.Zero);
            return;
        }
        Status[] remembering = [.. others.Where(s => !s.VotesForgotten)];
        if (remembering.Length < context.Quorums.Available) return;
        Instance accepted = Bounded([.. remembering.Select(s => s.LastAccepted > s.LastExecuted ? s.LastAccepted : s.LastExecuted).OrderDescending()]);
        Regency wanted = remembering.Select(s => s.Wanted).OrderDescending().ElementAt(1); // it installed none that fewer than two of these wanted
        EndAt(accepted == Instance.Zero && wanted == Regency.Zero ? Instance.Zero : accepted + window.HorizonInstances, wanted);
    }

    /// <summary>The highest claim, unless it is far above what f others claim: this replica being faulty itself, at most f-1 others lie.</summary>
    private Instance Bounded(Instance[] descending)
    {
        Instance bound = descending[Math.Max(0, context.Quorums.Faulty - 1)] + 2 * window.HorizonInstances;
        return descending[0] < bound ? descending[0] : bound;
    }

    private void EndAt(Instance instance, Regency regency)
    {
        (window.SilentUntil, window.SilentBelow) = (instance, regency);
        context.PersistVote(new SilentUpTo(instance, regency));
    }
}
