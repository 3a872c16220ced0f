namespace BftSmr.Replication.Sessions;

/// <summary>The sessions of one client identity, in the order of their last use.</summary>
internal sealed class ClientSessions
{
    private readonly Dictionary<ulong, LinkedListNode<Session>> _byNonce = [];
    private readonly LinkedList<Session> _byUse = new();

    public int Count => _byNonce.Count;

    /// <summary>Sessions with a nonce up to here are open now or never will be.</summary>
    public ulong Floor { get; private set; }

    /// <summary>Least recently used first.</summary>
    public IReadOnlyCollection<Session> ByUse => _byUse;

    public Session? Find(ulong nonce) => _byNonce.TryGetValue(nonce, out LinkedListNode<Session>? node) ? node.Value : null;

    public Session Open(ulong nonce, int sessionsMax)
    {
        if (Count == sessionsMax) Evict(_byUse.First!);
        return Add(new Session(nonce));
    }

    public void Touch(Session session)
    {
        LinkedListNode<Session> node = _byNonce[session.Nonce];
        if (node.Next is null) return;
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }

    /// <summary>An operation of a session that is not open was answered as expired: it must stay so.</summary>
    public void Refuse(ulong nonce) => Floor = Math.Max(Floor, nonce);

    public static ClientSessions Restore(ulong floor, IEnumerable<Session> byUse)
    {
        ClientSessions client = new() { Floor = floor };
        foreach (Session session in byUse) client.Add(session);
        return client;
    }

    private Session Add(Session session)
    {
        _byNonce.Add(session.Nonce, _byUse.AddLast(session));
        return session;
    }

    private void Evict(LinkedListNode<Session> node)
    {
        _byUse.Remove(node);
        _byNonce.Remove(node.Value.Nonce);
        Floor = Math.Max(Floor, node.Value.Nonce);
    }
}
