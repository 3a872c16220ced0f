using BftSmr.Messages;

namespace BftSmr.Replication.Sessions;

/// <summary>One open session: how far it has executed, and the replies kept for retransmission.</summary>
internal sealed class Session(ulong nonce)
{
    private readonly Queue<CachedReply> _replies = new();
    private int _replyBytes;

    public ulong Nonce => nonce;

    /// <summary>The last sequence number executed.</summary>
    public ulong LastSequence { get; private set; }

    public IReadOnlyCollection<CachedReply> Replies => _replies;

    public void Advance(ulong sequence)
    {
        Invariant.Holds(sequence == LastSequence + 1, "operations of a session execute in order, without gaps");
        LastSequence = sequence;
    }

    /// <summary>Keeps a reply, and drops the oldest beyond the limits; never the one just kept.</summary>
    public void Keep(CachedReply reply, int repliesMax, int bytesMax)
    {
        _replies.Enqueue(reply);
        _replyBytes += reply.Result.Length;
        while (_replies.Count > repliesMax || (_replyBytes > bytesMax && _replies.Count > 1)) _replyBytes -= _replies.Dequeue().Result.Length;
    }

    public CachedReply? ReplyTo(ulong sequence)
    {
        foreach (CachedReply reply in _replies)
        {
            if (reply.Sequence == sequence) return reply;
        }
        return null;
    }

    /// <summary>A session as a snapshot has it.</summary>
    public static Session Restore(ulong nonce, ulong lastSequence, IReadOnlyList<CachedReply> replies)
    {
        Session session = new(nonce) { LastSequence = lastSequence };
        foreach (CachedReply reply in replies) session.Keep(reply, int.MaxValue, int.MaxValue);
        return session;
    }
}

/// <summary>The outcome of an executed operation.</summary>
internal readonly record struct CachedReply(ulong Sequence, ReplyStatus Status, ReadOnlyMemory<byte> Result);
