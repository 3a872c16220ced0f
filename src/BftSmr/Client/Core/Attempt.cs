using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// The sending of one operation, ordered or as an unordered read, and the votes on its outcome. Pooled by the core.
/// </summary>
internal sealed class Attempt(int replicas)
{
    /// <summary>The request, for ordered operations.</summary>
    public Request? Request { get; set; }

    /// <summary>The replies so far.</summary>
    public Ballot Ballot { get; } = new(replicas);

    /// <summary>
    /// The replicas whose answers are expected: the repliers, or all replicas after a retransmission.
    /// </summary>
    public ReplicaSet Asked { get; set; }

    /// <summary>The replicas one of which withheld a reply share, or sent a wrong one.</summary>
    public ReplicaSet Suspects { get; set; }

    /// <summary>
    /// The replicas it went to over a link that has not failed since; for a read: those that still owe an answer to
    /// that.
    /// </summary>
    public ReplicaSet SentTo { get; set; }

    /// <summary>
    /// Of a read that went to all later: the replicas whose answer does not tell how long it took since then, as they
    /// were asked before, or after.
    /// </summary>
    public ReplicaSet Untimed { get; set; }

    /// <summary>The replica asked for the whole result.</summary>
    public ReplicaId FullReplier { get; set; }

    /// <summary>When it was first sent.</summary>
    public long SentMicros { get; set; }

    /// <summary>When it was first sent again; <see cref="long.MaxValue"/> if it was not.</summary>
    public long ResentMicros { get; set; } = long.MaxValue;

    /// <summary>When it is to be sent again.</summary>
    public long RetransmitMicros { get; set; }

    /// <summary>It goes to every replica, each of which answers whole.</summary>
    public bool ToAll { get; set; }

    /// <summary>It was sent to the leader only.</summary>
    public bool BeganFast { get; set; }

    /// <summary>It was sent to the full replier only, which is to send the reply shares of the others along.</summary>
    public bool IsRelayed { get; set; }

    /// <summary>
    /// f+1 replicas refused it: no correct replica keeps it, so its number is free for another request.
    /// </summary>
    public bool IsRefused { get; set; }

    /// <summary>A later operation of the session is over, and the operations of a session execute in order.</summary>
    public bool IsExecuted { get; set; }

    /// <summary>It waits for replicas to say what came of it, rather than for its place in the order.</summary>
    public bool SeemsExecuted => IsExecuted || !Ballot.Voters.IsEmpty;

    /// <summary>The replicas that had stated an outcome when it was sent again.</summary>
    public ReplicaSet VotersBefore { get; set; }

    /// <summary>The replicas whose answers are missing.</summary>
    public ReplicaSet Missing => Asked.Except(Ballot.Voters);

    /// <summary>
    /// The replicas to blame when nothing came in time. If a replica answered, the operation was executed: those that
    /// were asked and did not answer are to blame, or those that should have passed a reply share on. If none answered,
    /// the leader may be to blame, or the replica that was to answer for all.
    /// </summary>
    public ReplicaSet Blamed =>
        !Ballot.Voters.IsEmpty ? Missing.Union(Suspects)
        : Request!.WantsOneReply ? ReplicaSet.Of(FullReplier)
        : ReplicaSet.Empty;

    public bool WasResent => ResentMicros != long.MaxValue;

    /// <summary>How long the answer of a replica took; null if it may be to either of two sendings.</summary>
    public long? RoundTripOf(ReplicaId replica, long nowMicros) =>
        !WasResent ? nowMicros - SentMicros
        : Untimed.Contains(replica) ? null
        : nowMicros - ResentMicros;

    public void Clear()
    {
        Request = null;
        Ballot.Clear();
        Asked = SentTo = Suspects = Untimed = VotersBefore = ReplicaSet.Empty;
        ResentMicros = long.MaxValue;
        ToAll = BeganFast = IsRelayed = IsRefused = IsExecuted = false;
    }
}
