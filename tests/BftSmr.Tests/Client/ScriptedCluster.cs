using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Sessions;

namespace BftSmr.Tests.Client;

/// <summary>
/// Replicas that agree without a protocol: what the leader receives, or any replica with a signature, is executed in
/// the order of its session, and answered as the specification says. The test scripts what goes wrong. Safe for any
/// number of threads.
/// </summary>
internal sealed class ScriptedCluster(int replicas)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionId, Session> _sessions = [];

    public int Replicas => replicas;

    /// <summary>What an operation, or a query, is answered with; by default itself.</summary>
    public Func<ReadOnlyMemory<byte>, (ReplyStatus Status, byte[] Result)> Service { get; set; } = static operation =>
        (ReplyStatus.Ok, operation.ToArray());

    /// <summary>Replicas that take everything in and send nothing.</summary>
    public int[] Mute { get; set; } = [];

    /// <summary>Replicas that answer with something of their own.</summary>
    public int[] Lying { get; set; } = [];

    /// <summary>The regency that replicas state.</summary>
    public long Regency { get; set; }

    /// <summary>Leaders that ignore what only they receive.</summary>
    public bool LeaderIgnores { get; set; }

    /// <summary>Forgets all sessions, and all that had been opened by now.</summary>
    public void EvictSessions()
    {
        lock (_lock)
        {
            foreach (Session session in _sessions.Values) session.IsEvicted = true;
        }
    }

    /// <summary>Refuses every session with a nonce up to here.</summary>
    public ulong Floor { get; set; }

    public int SessionsOpened
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    /// <summary>The operations executed, in order.</summary>
    public List<byte[]> Executed { get; } = [];

    /// <summary>What the replicas send to the client when one of them has received this.</summary>
    public List<(int From, ClientMessage Message)> Receive(ClientId client, int replica, ClientMessage message)
    {
        List<(int From, ClientMessage Message)> replies = [];
        lock (_lock)
        {
            if (message is Submit submit && !(LeaderIgnores && !submit.Request.IsSigned))
                Submit(replica, submit.Request, replies);
            if (message is Read read) replies.Add((replica, Answer(replica, read)));
        }
        replies.RemoveAll(reply => Mute.Contains(reply.From));
        return replies;
    }

    private void Submit(int to, Request request, List<(int From, ClientMessage Message)> replies)
    {
        if (!_sessions.TryGetValue(request.Session, out Session? session))
        {
            session = new Session { IsEvicted = request.Session.Nonce <= Floor };
            _sessions.Add(request.Session, session);
        }
        ReplicaSet sender = ReplicaSet.Of(new ReplicaId(to)), direct = request.IsSigned ? sender : ReplicaSet.Empty;
        if (session.IsEvicted)
        {
            byte[] free = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(free, SessionNumber.FirstFree(request.Session.Nonce, Floor, 0));
            Reply(request, ReplyStatus.SessionExpired, free, request.Repliers.Union(direct), direct, replies);
            return;
        }
        if (session.Results.TryGetValue(request.Sequence, out (ReplyStatus Status, byte[] Result) known))
        {
            Reply(request, known.Status, known.Result, sender, sender, replies);
            return;
        }
        session.Pending[request.Sequence] = (
            request, session.Pending.GetValueOrDefault(request.Sequence).Direct.Union(direct));
        while (session.Pending.Remove((ulong)session.Results.Count + 1, out (Request Request, ReplicaSet Direct) next))
        {
            (ReplyStatus Status, byte[] Result) outcome = (ReplyStatus.Ok, []);
            if (next.Request.Kind != RequestKind.Open)
            {
                outcome = Service(next.Request.Operation);
                Executed.Add(next.Request.Operation.ToArray());
            }
            session.Results.Add(next.Request.Sequence, outcome);
            Reply(
                next.Request, outcome.Status, outcome.Result, next.Request.Repliers.Union(next.Direct), next.Direct,
                replies);
        }
    }

    private void Reply(
        Request request, ReplyStatus status, byte[] result, ReplicaSet from, ReplicaSet whole,
        List<(int From, ClientMessage Message)> replies)
    {
        foreach (ReplicaId replier in from)
        {
            int replica = replier.Value;
            byte[] stated = Lying.Contains(replica) ? "a lie"u8.ToArray() : result;
            bool isWhole = stated.Length <= Digest.Size
                || request.FullReplier.Value == replica
                || whole.Contains(replier);
            replies.Add((replica, new Reply(
                request.Session.Nonce, request.Sequence, new Regency(Regency), status, !isWhole,
                isWhole ? stated : DigestOf(stated))));
        }
    }

    private ReadReply Answer(int replica, Read read)
    {
        (ReplyStatus status, byte[] result) = Service(read.Operation);
        if (Lying.Contains(replica)) result = "a lie"u8.ToArray();
        bool isWhole = read.WantsFull || result.Length <= Digest.Size;
        return new ReadReply(
            read.Nonce, read.ReadId, new Regency(Regency), status, !isWhole, isWhole ? result : DigestOf(result));
    }

    private static byte[] DigestOf(byte[] bytes)
    {
        byte[] digest = new byte[Digest.Size];
        Blake2b.Hash(bytes).CopyTo(digest);
        return digest;
    }

    private sealed class Session
    {
        public bool IsEvicted { get; set; }
        public Dictionary<ulong, (ReplyStatus Status, byte[] Result)> Results { get; } = [];
        public Dictionary<ulong, (Request Request, ReplicaSet Direct)> Pending { get; } = [];
    }
}
