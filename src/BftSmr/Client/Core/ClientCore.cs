using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// A client as a deterministic state machine: inputs and the time in, ordered effects out; no clock, socket, task or
/// random number. One session at a time. A message of a replica that makes no sense is counted and dropped; the core
/// never throws.
/// <para>Life: <see cref="Open"/> once, with a nonce that this identity never used; <see cref="OnLink"/> for every link
/// that is up, and whenever that changes; <see cref="Begin"/> for each operation; <see cref="OnMessage"/> for what
/// arrives; <see cref="Tick"/> at <see cref="NextDeadlineMicros"/>; after <see cref="SessionExpiredEffect"/>
/// <see cref="Open"/> again, with another nonce.</para>
/// </summary>
internal sealed class ClientCore
{
    private readonly ReplicaView _view;
    private readonly OrderedOperations _ordered;
    private readonly UnorderedReads _reads;
    private long _expiryMicros = long.MaxValue;

    public ClientCore(ClientSettings settings, IKeyring keyring)
    {
        Settings = settings;
        AttemptPool attempts = new(settings.Quorums.Replicas);
        _view = new ReplicaView(settings);
        _ordered = new OrderedOperations(settings, keyring, _view, attempts, Statistics);
        _reads = new UnorderedReads(settings, keyring, _view, attempts, Statistics, _ordered);
    }

    public ClientSettings Settings { get; }

    public ClientStatistics Statistics { get; } = new();

    /// <summary>The session; meaningful after <see cref="Open"/>.</summary>
    public SessionId Session => _ordered.Session;

    /// <summary>f+1 replicas said that the session is open.</summary>
    public bool IsOpen => _ordered.IsOpen;

    /// <summary>No session: <see cref="Open"/> is next.</summary>
    public bool IsClosed => _ordered.IsClosed;

    /// <summary>The highest regency that f+1 replicas stated.</summary>
    public Regency Regency => _view.Regency;

    /// <summary>
    /// Whether requests ask for one reply by all repliers rather than one of each: better where replies come one by
    /// one, worse where many come with one receive.
    /// </summary>
    public bool WantsOneReply { get => _ordered.WantsOneReply; set => _ordered.WantsOneReply = value; }

    /// <summary>
    /// Whether a read is sent to one replica, for the reply shares of all that have to answer, rather than to each of
    /// these: less to do for the client, and one hop more.
    /// </summary>
    public bool WantsRelayedReads { get => _reads.WantsRelayed; set => _reads.WantsRelayed = value; }

    /// <summary>Whether one more operation can be begun.</summary>
    public bool HasRoom => _ordered.WaitingCount + _reads.WaitingCount < Settings.QueuedOperationsMax;

    /// <summary>When <see cref="Tick"/> is due, on the monotonic clock; <see cref="long.MaxValue"/> if never.</summary>
    public long NextDeadlineMicros =>
        Math.Min(_expiryMicros, Math.Min(_ordered.NextDeadlineMicros, _reads.NextDeadlineMicros));

    /// <summary>Begins a session.</summary>
    /// <param name="nonce">One that this identity never used: Unix time in microseconds and a tail, or a number that
    /// the replicas say is free.</param>
    /// <param name="nowMicros">The monotonic time.</param>
    /// <param name="effects">Receives the effects.</param>
    public void Open(ulong nonce, long nowMicros, ClientEffectBuffer effects)
    {
        Invariant.Holds(nonce != Session.Nonce, "a session has another nonce than the one before");
        SessionId session = new(Settings.Client, nonce);
        _view.Rotate(session);
        Attach attach = new(nonce);
        for (int i = 0; i < Settings.Quorums.Replicas; i++)
        {
            if (_view.IsUp(new ReplicaId(i))) effects.Send(new ReplicaId(i), attach);
        }
        _ordered.Open(session, nowMicros, effects);
        _reads.Attach(nonce, nowMicros, effects);
    }

    /// <summary>
    /// Begins an operation; it is sent when there is a session, links, and room in the window. <see cref="HasRoom"/>
    /// must hold.
    /// </summary>
    public void Begin(ClientOperation operation, long nowMicros, ClientEffectBuffer effects)
    {
        if (!HasRoom) throw new InvalidOperationException("The queue is full; ask HasRoom first.");
        _expiryMicros = Math.Min(_expiryMicros, operation.DeadlineMicros);
        if (operation.Kind == OperationKind.Query) _reads.Begin(operation, nowMicros, effects);
        else _ordered.Begin(operation, nowMicros, effects);
    }

    /// <summary>
    /// The caller no longer waits. An operation that was sent lives on in the window, as numbers have no gaps, and may
    /// execute; another never will. No effect completes it.
    /// </summary>
    public void Abandon(ClientOperation operation)
    {
        if (operation.IsSettled) return;
        if (operation is { Kind: OperationKind.Query, IsOrdered: false }) _reads.Abandon(operation);
        else _ordered.Abandon(operation);
    }

    /// <summary>
    /// A message arrived over the link to a replica. The link proves the sender and nothing else.
    /// </summary>
    public void OnMessage(ReplicaId from, ClientMessage message, long nowMicros, ClientEffectBuffer effects)
    {
        switch (message)
        {
            case Reply reply:
                bool hasNewLeader = Hear(from, reply.Regency);
                _ordered.OnReply(from, reply, nowMicros, effects);
                if (_ordered.IsClosed) _reads.Detach();
                else if (hasNewLeader) _ordered.OnLeaderChanged(nowMicros, effects);
                break;
            case ReadReply reply:
                if (Hear(from, reply.Regency)) _ordered.OnLeaderChanged(nowMicros, effects);
                _reads.OnReply(from, reply, nowMicros, effects);
                break;
            default:
                Statistics.MalformedReplies++;
                break;
        }
    }

    /// <summary>The link to a replica came up or went down. Links are down until this says otherwise.</summary>
    public void OnLink(ReplicaId replica, bool isUp, long nowMicros, ClientEffectBuffer effects)
    {
        if (_view.IsUp(replica) == isUp) return;
        if (isUp)
        {
            _view.LinkUp(replica);
            if (!IsClosed) effects.Send(replica, new Attach(Session.Nonce));
            _ordered.OnLinkUp(replica, nowMicros, effects);
            _reads.OnLinkUp(replica, nowMicros, effects);
        }
        else
        {
            _view.LinkDown(replica);
            _ordered.OnLinkDown(replica, nowMicros, effects);
            _reads.OnLinkDown(replica, nowMicros, effects);
        }
    }

    /// <summary>Time has reached <see cref="NextDeadlineMicros"/>, or simply passed.</summary>
    public void Tick(long nowMicros, ClientEffectBuffer effects)
    {
        if (nowMicros >= _expiryMicros)
        {
            _expiryMicros = Math.Min(_ordered.Expire(nowMicros, effects), _reads.Expire(nowMicros, effects));
        }
        _ordered.Tick(nowMicros, effects);
        _reads.Tick(nowMicros, effects);
    }

    /// <summary>Session after session was refused: completes what waits for one, as not executed.</summary>
    public void FailWaiting(ClientEffectBuffer effects)
    {
        _ordered.FailWaiting(effects);
        _reads.FailWaiting(effects);
    }

    /// <summary>The client ends: completes all that is under way or waiting. Nothing may be begun any more.</summary>
    public void Close(ClientEffectBuffer effects)
    {
        _ordered.Close(effects);
        _reads.Close(effects);
    }

    private bool Hear(ReplicaId from, Regency regency)
    {
        if (!_view.Hear(from, regency)) return false;
        Statistics.LeaderChanges++;
        return true;
    }
}
