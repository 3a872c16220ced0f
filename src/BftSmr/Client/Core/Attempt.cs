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

    /// <summary>The replicas whose answers are expected: the repliers, or everybody after a retransmission.</summary>
    public ulong Asked { get; set; }

    /// <summary>The replicas one of which withheld a voucher, or sent a wrong one.</summary>
    public ulong Suspects { get; set; }

    /// <summary>
    /// The replicas it went to over a link that has not failed since; for a read: those that still owe an answer to
    /// that.
    /// </summary>
    public ulong SentTo { get; set; }

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

    /// <summary>It was sent to the full replier only, which is to send the others' words along.</summary>
    public bool IsRelayed { get; set; }

    /// <summary>
    /// f+1 replicas refused it: no correct replica keeps it, so its number is free for another request.
    /// </summary>
    public bool IsRefused { get; set; }

    public bool WasResent => ResentMicros != long.MaxValue;

    public void Clear()
    {
        Request = null;
        Ballot.Clear();
        Asked = SentTo = Suspects = 0;
        ResentMicros = long.MaxValue;
        ToAll = BeganFast = IsRelayed = IsRefused = false;
    }
}
