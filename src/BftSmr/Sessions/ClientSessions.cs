using BftCloud.Primitives;
using BftSmr.Settings;

namespace BftSmr.Sessions;

/// <summary>
/// The sessions of one client identity, in the order of their last use. Invariants: those with replies have the same
/// order by their last reply, as replies are kept in the order in which operations were admitted; a session is opened
/// with a nonce above the floor, and only within the bound on sessions; a reply is that of an operation that was let
/// through; what replies count for is counted in and out alike. What changes is told to <paramref name="touched"/>.
/// </summary>
internal sealed class ClientSessions(ClientId client, TouchedSessions touched)
{
    /// <summary>
    /// What a session counts for without its replies, bytes: about what it takes in memory, and more than in a
    /// checkpoint.
    /// </summary>
    private const int SessionBytes = 512;

    private readonly Dictionary<ulong, Session> _byNonce = [];
    private readonly LinkedList<Session> _byUse = new();
    private readonly LinkedList<Session> _byReply = new();
    private long _replyBytes;

    public int Count => _byNonce.Count;

    /// <summary>Sessions with a nonce up to here are open now or never will be.</summary>
    public ulong Floor { get; private set; }

    /// <summary>What the sessions and their replies count for.</summary>
    public long Bytes => (long)Count * SessionBytes + _replyBytes;

    public Session? Find(ulong nonce) => _byNonce.GetValueOrDefault(nonce);

    public Session Open(ulong nonce, int sessionsMax)
    {
        Invariant.Holds(nonce > Floor, "a nonce at or below the floor opens no session");
        if (Count == sessionsMax) Evict(_byUse.First!.Value);
        Invariant.Holds(Count < sessionsMax, "a session opens where there is room for one more");
        return Add(new Session(nonce));
    }

    /// <summary>It is used now: after all others.</summary>
    public void Touch(Session session, long use)
    {
        session.Use = use;
        touched.Note(client, session.Nonce);
        if (session.ByUse.Next is null) return;
        _byUse.Remove(session.ByUse);
        _byUse.AddLast(session.ByUse);
    }

    /// <summary>
    /// Keeps a reply, and drops those of its session that its client has; beyond what a client may keep, the replies of
    /// the sessions that were used least recently go.
    /// </summary>
    public void Keep(Session session, ulong firstAwaited, in CachedReply reply, ReplicaSettings settings)
    {
        Invariant.Holds(reply.Sequence <= session.LastSequence, "a reply is that of an operation that was let through");
        Uncount(session);
        touched.Note(client, session.Nonce);
        session.Replies.DropBefore(firstAwaited);
        session.Replies.Keep(reply, settings.SessionWindow, settings.SessionReplyBytesMax);
        CountAsLatest(session);
        CutReplies(Math.Max(settings.ClientReplyBytesMax, settings.ReplyBytesMax + ReplyRing.ReplyOverheadBytes));
    }

    /// <summary>Drops the replies of a session that its client has.</summary>
    public void Drop(Session session, ulong firstAwaited)
    {
        Uncount(session);
        touched.Note(client, session.Nonce);
        session.Replies.DropBefore(firstAwaited);
        if (session.Replies.Count > 0) CountAsLatest(session);
    }

    /// <summary>
    /// If there is more than so many bytes, drops what was used least recently: replies beyond half of that, and
    /// sessions only where they alone take the other half.
    /// </summary>
    public void Cut(long bytesMax)
    {
        if (Bytes <= bytesMax) return;
        CutReplies(bytesMax / 2);
        while (Bytes > bytesMax) Evict(_byUse.First!.Value);
    }

    /// <summary>An operation of a session that is not open was answered as expired: it must stay so.</summary>
    public void Refuse(ulong nonce) => RaiseFloor(nonce);

    /// <summary>The state of a checkpoint, into one that is new.</summary>
    public void Restore(ulong floor, IEnumerable<Session> byUse)
    {
        Invariant.Holds(Count == 0, "sessions are restored once");
        Floor = floor;
        foreach (Session session in byUse) Add(session);
    }

    private void RaiseFloor(ulong nonce)
    {
        if (nonce <= Floor) return;
        Floor = nonce;
        touched.Note(client);
    }

    private Session Add(Session session)
    {
        _byNonce.Add(session.Nonce, session);
        _byUse.AddLast(session.ByUse);
        if (session.Replies.Count > 0) CountAsLatest(session);
        return session;
    }

    private void Evict(Session session)
    {
        Uncount(session);
        _byUse.Remove(session.ByUse);
        _byNonce.Remove(session.Nonce);
        RaiseFloor(session.Nonce);
        touched.Note(client, session.Nonce);
        Invariant.Holds(_byUse.Count == Count && _byReply.Count <= Count, "an evicted session leaves every order");
    }

    private void CutReplies(long bytesMax)
    {
        while (_replyBytes > bytesMax)
        {
            Session session = _byReply.First!.Value;
            Uncount(session);
            session.Replies.Clear();
            touched.Note(client, session.Nonce);
        }
    }

    private void CountAsLatest(Session session)
    {
        Invariant.Holds(session.Replies.Count > 0, "a session that is counted for its replies has some");
        _byReply.AddLast(session.ByReply);
        _replyBytes += session.Replies.BytesCounted;
    }

    private void Uncount(Session session)
    {
        if (session.Replies.Count == 0) return;
        _byReply.Remove(session.ByReply);
        _replyBytes -= session.Replies.BytesCounted;
        Invariant.Holds(
            _replyBytes >= 0 && (_byReply.Count > 0 || _replyBytes == 0), "replies are counted in and out alike");
    }
}
