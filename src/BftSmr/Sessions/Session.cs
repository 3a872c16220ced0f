using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Sessions;

/// <summary>One open session: how far it has executed, and the replies kept for retransmission.</summary>
internal sealed class Session
{
    public Session(ulong nonce)
    {
        Nonce = nonce;
        ByUse = new LinkedListNode<Session>(this);
        ByReply = new LinkedListNode<Session>(this);
    }

    public ulong Nonce { get; }

    /// <summary>Its place among the sessions of its client, in the order of their last use.</summary>
    public LinkedListNode<Session> ByUse { get; }

    /// <summary>Its place among those of them that have replies, in the order of their last reply.</summary>
    public LinkedListNode<Session> ByReply { get; }

    /// <summary>The last sequence number executed.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>When it was last used, on the counter of the table: uses of later are higher.</summary>
    public long Use { get; set; }

    public ReplyRing Replies { get; } = new();

    public void Advance(ulong sequence)
    {
        Invariant.Holds(sequence == LastSequence + 1, "operations of a session execute in order, without gaps");
        LastSequence = sequence;
    }

    /// <summary>The reply to an operation, if it is still kept.</summary>
    public CachedReply? ReplyTo(ulong sequence)
    {
        for (int i = 0; i < Replies.Count; i++)
        {
            if (Replies[i] is var reply && reply.Sequence == sequence)
                return reply with { Result = reply.Result.ToArray() };
        }
        return null;
    }

    /// <summary>A session as a checkpoint has it.</summary>
    public static Session Restore(ulong nonce, long use, ulong lastSequence, IReadOnlyList<CachedReply> replies)
    {
        Session session = new(nonce) { Use = use, LastSequence = lastSequence };
        foreach (CachedReply reply in replies) session.Replies.Keep(reply, int.MaxValue, int.MaxValue);
        return session;
    }
}

/// <summary>The outcome of an executed operation.</summary>
internal readonly record struct CachedReply(ulong Sequence, ReplyStatus Status, ReadOnlyMemory<byte> Result);
