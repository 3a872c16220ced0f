using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Sessions;

/// <summary>
/// The sessions of all clients: part of the replicated state, changed only by executing decided requests, and therefore
/// equal at all replicas that executed the same instances. Invariants: an operation executes at most once, in the order
/// of its session; a nonce at or below its client's floor never opens a session (again), nor does one far ahead of
/// agreed time; a client holds at most
/// <see cref="ReplicaSettings.SessionsPerClientMax"/> sessions, the least recently used being evicted; after each
/// operation all sessions with their replies count for no more than <see cref="ReplicaSettings.SessionTableBytesMax"/>.
/// </summary>
internal sealed class SessionTable(ReplicaSettings settings)
{
    private readonly SortedDictionary<int, ClientSessions> _clients = [];
    private long _bytes;

    /// <summary>What changed since the last checkpoint.</summary>
    public TouchedSessions Touched { get; } = new();

    /// <summary>How often sessions were used: what orders their last uses.</summary>
    public long Uses { get; private set; }

    /// <summary>
    /// Grows whenever a session that may have been in use is gone for good; not part of the replicated state.
    /// </summary>
    public long Closings { get; private set; }

    public int Count => _clients.Values.Sum(c => c.Count);

    /// <summary>The sessions of a client; null if it never sent anything.</summary>
    public ClientSessions? Of(ClientId client) => _clients.GetValueOrDefault(client.Value);

    public Session? Find(SessionId id) => _clients.GetValueOrDefault(id.Client.Value)?.Find(id.Nonce);

    /// <summary>Whether this session is not open and never will be.</summary>
    public bool IsGone(SessionId id) =>
        _clients.GetValueOrDefault(id.Client.Value) is { } client
            && client.Find(id.Nonce) is null
            && id.Nonce <= client.Floor;

    /// <summary>Where numbers begin that are free for the next session of a client whose session was refused.</summary>
    /// <param name="refused">The session that was refused.</param>
    /// <param name="agreedTimeMicros">The agreed time of the last batch.</param>
    public ulong FirstFree(SessionId refused, long agreedTimeMicros)
    {
        ulong floor = _clients.GetValueOrDefault(refused.Client.Value)?.Floor ?? 0;
        ulong first = SessionNumber.FirstFree(refused.Nonce, floor, agreedTimeMicros);
        Invariant.Holds(
            first == 0 || (first > floor && first <= SessionNumber.Highest(floor, agreedTimeMicros)),
            "a client that is refused is told a number that is free");
        return first;
    }

    /// <summary>
    /// Takes a decided request: what is to become of it. Advances its session if it is to be executed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="agreedTimeMicros">The agreed time of its batch.</param>
    public Admission Admit(Request request, long agreedTimeMicros)
    {
        if (!_clients.TryGetValue(request.Session.Client.Value, out ClientSessions? client))
        {
            client = new ClientSessions(request.Session.Client, Touched);
            _clients.Add(request.Session.Client.Value, client);
        }
        Session? session = client.Find(request.Session.Nonce);
        if (session is null)
        {
            // Its number stays free: no session had it, and its client sends nothing but Open before it has one.
            if (request.Session.Nonce > SessionNumber.Highest(client.Floor, agreedTimeMicros)) return Admission.Expired;
            if (request.Kind != RequestKind.Open || request.Sequence != 1 || request.Session.Nonce <= client.Floor)
            {
                client.Refuse(request.Session.Nonce);
                Closings++;
                return Admission.Expired;
            }
            if (client.Count == settings.SessionsPerClientMax) Closings++;
            _bytes -= client.Bytes;
            session = client.Open(request.Session.Nonce, settings.SessionsPerClientMax);
            _bytes += client.Bytes;
        }
        if (request.Sequence <= session.LastSequence) return Admission.Duplicate;
        if (request.Sequence > session.LastSequence + 1) return Admission.OutOfOrder;
        session.Advance(request.Sequence);
        client.Touch(session, ++Uses);
        Invariant.Holds(
            request.Session.Nonce == session.Nonce && client.Count <= settings.SessionsPerClientMax,
            "an operation is let through for a session that is open, of a client that has no more than it may");
        return Admission.Execute;
    }

    /// <summary>
    /// Keeps the outcome of an operation that <see cref="Admit"/> let through, and drops those that its client says it
    /// has; its session may have been evicted in the meantime. An ordered query changed nothing, so another one has its
    /// answer. That one is not kept: a service that fails on a query at one replica alone leaves no trace in the state.
    /// </summary>
    public void Keep(Request request, Outcome outcome)
    {
        if (!_clients.TryGetValue(request.Session.Client.Value, out ClientSessions? client)
            || client.Find(request.Session.Nonce) is not { } session) return;
        _bytes -= client.Bytes;
        ulong firstAwaited = request.Sequence - request.Outstanding + 1;
        if (request.Kind == RequestKind.OrderedQuery) client.Drop(session, firstAwaited);
        else
            client.Keep(
                session, firstAwaited, new CachedReply(request.Sequence, outcome.Status, outcome.Result), settings);
        _bytes += client.Bytes;
        if (_bytes > settings.SessionTableBytesMax) Halve();
        Invariant.Holds(
            _bytes >= client.Bytes && _bytes <= settings.SessionTableBytesMax,
            "the sessions of all clients count for no more than they may, and for what each of them does");
    }

    /// <summary>
    /// The table is full: the clients that hold most are cut to a level at which all fit into half of it, so that a
    /// client that holds little loses nothing. It then takes another half before the clients are gone through again.
    /// </summary>
    private void Halve()
    {
        long half = settings.SessionTableBytesMax / 2, level = half;
        while (_clients.Values.Sum(c => Math.Min(c.Bytes, level)) > half) level /= 2;
        foreach (ClientSessions client in _clients.Values) client.Cut(level);
        _bytes = _clients.Values.Sum(c => c.Bytes);
        Invariant.Holds(_bytes <= half, "a table that is cut is half empty");
        Closings++;
    }

    /// <summary>The state of a checkpoint, into a table that is new.</summary>
    /// <param name="uses">How often sessions were used.</param>
    /// <param name="clients">Of each client its floor and its sessions, in any order.</param>
    public void Restore(long uses, IEnumerable<(ClientId Client, ulong Floor, IEnumerable<Session> Sessions)> clients)
    {
        Invariant.Holds(_clients.Count == 0, "a table is restored once");
        Uses = uses;
        foreach ((ClientId id, ulong floor, IEnumerable<Session> sessions) in clients)
        {
            ClientSessions client = new(id, Touched);
            client.Restore(floor, sessions.OrderBy(static session => session.Use));
            _clients.Add(id.Value, client);
            _bytes += client.Bytes;
        }
    }
}

/// <summary>What becomes of a decided request.</summary>
internal enum Admission
{
    Execute,

    /// <summary>Executed before.</summary>
    Duplicate,

    /// <summary>
    /// An earlier operation of the session is missing: a faulty leader's doing; the client sends it again.
    /// </summary>
    OutOfOrder,

    /// <summary>Its session is not open, or its number is too far ahead.</summary>
    Expired,
}
