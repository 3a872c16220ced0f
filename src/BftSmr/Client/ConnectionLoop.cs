using System.Buffers;
using System.Collections.Concurrent;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client;

/// <summary>
/// The host of the client cores of one connection. Callers and links post to an inbox. A turn takes what waits, steps
/// the cores, carries out their effects, and flushes the links once. It runs on the process's reactor, or on a caller's
/// thread, never two at a time. One alarm serves all sessions.
/// </summary>
internal sealed class ConnectionLoop : IReactorTurn, ILinkSink<ReplicaId>, IAsyncDisposable
{
    // As many as one pass may take before the links are flushed and others get the thread.
    private const int PassMax = 512;

    // With more operations under way replies of one replica come several at a time: a second one costs less than reply
    // shares.
    private const int OneReplyMax = 2;

    // With so many operations under way the thread's work for a read costs more than a hop between replicas.
    private const int RelayedReadsMin = 16;

    // The second attempt has a number that the replicas say is free. Others of the same identity may be quicker.
    private const int RefusalsMax = 4;

    private readonly ConcurrentQueue<Post> _inbox = new();
    private readonly Dictionary<ulong, ClientSession> _sessionsByNonce = [];
    private readonly List<ClientSession> _sessions = [];
    private readonly ClientEffectBuffer _effects = new();
    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private readonly BftClientOptions _options;
    private readonly ClientSettings _settings;
    private readonly CodecLimits _limits;
    // Zeroed when collected: a session that is opened while this is disposed may still use it.
    private readonly Keyring _keyring;
    private readonly IReplicaLinks _links;
    private readonly LinkBacklog[] _backlogs;
    private readonly ClientLoad _load;
    private readonly TimeProvider _time;
    private readonly SharedTimer _timer;
    private readonly SharedTimer.Alarm _alarm;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientMessage? _encoded;
    private ReplicaSet _up;
    private int _linksUp;
    private long _armedMicros = long.MaxValue;
    private long _deadlineMicros = long.MaxValue;
    private bool _mustFlush;
    private volatile bool _alarmWentOff;
    private int _isScheduled;
    private int _underWay;
    private long _malformedFrames;

    /// <param name="options">Checked options.</param>
    /// <param name="linksTo">Makes the links, given the sink that hears of them.</param>
    /// <param name="load">The load of the connections that share this one's thread.</param>
    public ConnectionLoop(BftClientOptions options, Func<ILinkSink<ReplicaId>, IReplicaLinks> linksTo, ClientLoad load)
    {
        _options = options;
        _load = load;
        _settings = ClientSettings.For(options.Cluster, options.ClientId) with
        {
            QueuedOperationsMax = options.PendingOperationsMax,
        };
        _limits = CodecLimits.For(options.Cluster.Quorums, options.Cluster.Limits);
        _keyring = new Keyring(
            options.Cluster.ClusterId, options.Key,
            [.. options.Cluster.Replicas.Select(static replica => replica.PublicKey)],
            [.. options.Cluster.Clients.Select(static client => client.PublicKey)]);
        _backlogs = [.. options.Cluster.Replicas.Select(static _ => new LinkBacklog())];
        _time = options.TimeProvider;
        _timer = SharedTimer.Of(_time);
        _alarm = _timer.CreateAlarm(OnAlarm);
        _links = linksTo(this);
    }

    public Quorums Quorums => _settings.Quorums;

    /// <summary>
    /// Microseconds of the time provider's clock that never goes back: the same for all connections that have it.
    /// </summary>
    public long NowMicros => _timer.NowMicros;

    /// <summary>Completes when q links have been up at a time.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Frames that were no message.</summary>
    public long MalformedFrames => Interlocked.Read(ref _malformedFrames);

    public void Start() => _links.Start();

    public string Describe() => $"Links: {_links.Describe()}.";

    public ClientSession OpenSession()
    {
        ClientSession session = new(this, new ClientCore(_settings, _keyring), _options);
        PostAndSchedule(new Post(PostKind.OpenSession, session));
        return session;
    }

    public Task CloseSession(ClientSession session)
    {
        PostAndSchedule(new Post(PostKind.CloseSession, session));
        return session.Closed;
    }

    /// <summary>
    /// Begins an operation. If nothing else is under way, no other operation can share a flush with it: then the
    /// caller's thread does the work, which saves waking another one.
    /// </summary>
    public void PostBegin(PendingOperation operation)
    {
        _load.Enter();
        bool isAlone = Interlocked.Increment(ref _underWay) == 1;
        _inbox.Enqueue(new Post(PostKind.Begin, operation));
        if (isAlone) RunOrSchedule();
        else Schedule();
    }

    public void PostAbandon(PendingOperation operation) => PostAndSchedule(new Post(PostKind.Abandon, operation));

    /// <summary>An operation that was begun is over for its caller.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref _underWay);
        _load.Leave();
    }

    /// <summary>How many links are up. Only the loop writes it.</summary>
    public int LinksUp => Volatile.Read(ref _linksUp);

    /// <summary>Runs on the loop: for statistics and tests.</summary>
    public Task<T> Ask<T>(Func<T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PostAndSchedule(new Post(PostKind.Ask, () => answer.SetResult(question())));
        return answer.Task;
    }

    void ILinkSink<ReplicaId>.OnUp(ReplicaId remote) => PostAndSchedule(new Post(PostKind.LinkUp, null, remote.Value));

    void ILinkSink<ReplicaId>.OnDown(ReplicaId remote, LinkFault fault) =>
        PostAndSchedule(new Post(PostKind.LinkDown, null, remote.Value));

    ValueTask ILinkSink<ReplicaId>.OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
    {
        if (!ClientMessageCodec.TryDecode(frame, _limits, out ClientMessage? message))
        {
            Interlocked.Increment(ref _malformedFrames);
            return ValueTask.CompletedTask;
        }
        ValueTask room = _backlogs[remote.Value].Add(frame.Length);
        _inbox.Enqueue(new Post(PostKind.Message, message, remote.Value, frame.Length));
        if (!room.IsCompleted) Schedule();
        return room;
    }

    void ILinkSink<ReplicaId>.OnFramesEnd(ReplicaId remote) => Schedule();

    void IReactorTurn.TakeTurn() => Run();

    private void Run()
    {
        Pass();
        // A full fence: a thread that posts either sees that the loop does not run, or its post is seen here.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (!_inbox.IsEmpty || _alarmWentOff) Schedule();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClientSession session in await Ask(() => _sessions.ToArray()).ConfigureAwait(false))
            await CloseSession(session).ConfigureAwait(false);
        await _links.DisposeAsync().ConfigureAwait(false);
        _alarm.Dispose();
    }

    private void PostAndSchedule(in Post post)
    {
        _inbox.Enqueue(post);
        Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) Reactor.Shared.Schedule(this);
    }

    private void Pass()
    {
        long now = NowMicros;
        for (int i = 0; i < PassMax && _inbox.TryDequeue(out Post post); i++) Take(post, now);
        if (now >= _deadlineMicros) TickAll(now);
        if (_mustFlush) _links.Flush();
        _mustFlush = false;
        Arm();
    }

    private void Take(in Post post, long now)
    {
        switch (post.Kind)
        {
            case PostKind.Message:
                _backlogs[post.Replica].Take(post.Bytes);
                ClientMessage message = (ClientMessage)post.Subject!;
                ulong nonce = message switch { Reply reply => reply.Nonce, ReadReply reply => reply.Nonce, _ => 0 };
                if (!_sessionsByNonce.TryGetValue(nonce, out ClientSession? addressee)) return;
                addressee.Core.OnMessage(new ReplicaId(post.Replica), message, now, _effects);
                CarryOut(addressee, now);
                break;
            case PostKind.Begin:
                Begin((PendingOperation)post.Subject!, now);
                break;
            case PostKind.Abandon:
                Abandon((PendingOperation)post.Subject!, now);
                break;
            case PostKind.LinkUp or PostKind.LinkDown:
                SetLink(new ReplicaId(post.Replica), post.Kind == PostKind.LinkUp, now);
                break;
            case PostKind.OpenSession:
                Add((ClientSession)post.Subject!, now);
                break;
            case PostKind.CloseSession:
                Remove((ClientSession)post.Subject!, now);
                break;
            case PostKind.Ask:
                ((Action)post.Subject!)();
                break;
        }
    }

    private void Begin(PendingOperation operation, long now)
    {
        ClientSession session = operation.Session;
        if (operation.Task.IsCompleted)
        {
            session.Leave();
            return;
        }
        operation.IsBegun = true;
        if (session.IsClosed)
            operation.Settle(new OperationOutcome(OutcomeKind.Closed, default, MayHaveExecuted: false), _effects);
        else
        {
            session.Core.WantsOneReply = Volatile.Read(ref _underWay) <= OneReplyMax;
            session.Core.WantsRelayedReads = session.Core.WantsOneReply && _load.UnderWay >= RelayedReadsMin;
            session.Core.Begin(operation, now, _effects);
            if (session.Core.IsClosed) Open(session, SessionNonces.Next(_time), now);
        }
        CarryOut(session, now);
    }

    private void Abandon(PendingOperation operation, long now)
    {
        if (!operation.IsBegun || operation.IsSettled) return;
        operation.Session.Core.Abandon(operation);
        operation.Session.Leave();
        CarryOut(operation.Session, now); // there may be room for others now
    }

    private void SetLink(ReplicaId replica, bool isUp, long now)
    {
        _up = isUp ? _up.With(replica) : _up.Without(replica);
        Volatile.Write(ref _linksUp, _up.Count);
        if (_up.Count >= Quorums.Connect) _connected.TrySetResult();
        for (int i = 0; i < _sessions.Count; i++)
        {
            _sessions[i].Core.OnLink(replica, isUp, now, _effects);
            CarryOut(_sessions[i], now);
        }
    }

    private void Add(ClientSession session, long now)
    {
        _sessions.Add(session);
        for (int i = 0; i < Quorums.Replicas; i++)
            session.Core.OnLink(new ReplicaId(i), _up.Contains(new ReplicaId(i)), now, _effects);
        Open(session, SessionNonces.Next(_time), now);
        CarryOut(session, now);
    }

    private void Open(ClientSession session, ulong nonce, long now)
    {
        _sessionsByNonce.Remove(session.Core.Session.Nonce);
        _sessionsByNonce.Add(nonce, session);
        session.Core.Open(nonce, now, _effects);
    }

    // Refused: a session with a larger nonce was evicted, or our clock is far ahead of agreed time.
    private void Reopen(ClientSession session, SessionExpiredEffect expired, long now)
    {
        if (expired.WhileOpening && ++session.Refusals == RefusalsMax)
        {
            session.Refusals = 0;
            session.SetRefused();
            session.Core.FailWaiting(_effects);
            return;
        }
        bool isTold = expired.WhileOpening && expired.FirstFree > 0;
        Open(session, isTold ? SessionNonces.From(expired.FirstFree) : SessionNonces.Next(_time), now);
    }

    private void Remove(ClientSession session, long now)
    {
        if (session.IsClosed) return;
        session.Core.Close(_effects);
        CarryOut(session, now);
        _sessions.Remove(session);
        _sessionsByNonce.Remove(session.Core.Session.Nonce);
        session.SetClosed();
    }

    private void TickAll(long now)
    {
        _deadlineMicros = long.MaxValue;
        for (int i = 0; i < _sessions.Count; i++)
        {
            if (_sessions[i].DeadlineMicros <= now) _sessions[i].Core.Tick(now, _effects);
            CarryOut(_sessions[i], now);
        }
    }

    private void CarryOut(ClientSession session, long now)
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case SendToReplicaEffect send:
                    Send(send.To, send.Message);
                    break;
                case OperationCompletedEffect completed:
                    session.Leave();
                    ((PendingOperation)completed.Operation).Complete();
                    break;
                case SessionOpenedEffect:
                    session.Refusals = 0;
                    session.SetOpened();
                    break;
                case SessionExpiredEffect expired:
                    Reopen(session, expired, now);
                    break;
            }
        }
        _effects.Clear();
        session.DeadlineMicros = session.Core.NextDeadlineMicros;
        _deadlineMicros = Math.Min(_deadlineMicros, session.DeadlineMicros);
    }

    private void Send(ReplicaId to, ClientMessage message)
    {
        if (!ReferenceEquals(message, _encoded))
        {
            _frame.ResetWrittenCount();
            ClientMessageCodec.Encode(message, _frame);
            _encoded = message;
        }
        _links.Send(to, _frame.WrittenSpan);
        _mustFlush = true;
    }

    // On this thread, unless another one is at it: that one will see what was posted.
    private void RunOrSchedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) Run();
    }

    private void OnAlarm()
    {
        _alarmWentOff = true;
        Schedule();
    }

    // An alarm that goes off too early costs less than moving it with every operation.
    private void Arm()
    {
        if (_alarmWentOff)
        {
            _alarmWentOff = false;
            _armedMicros = long.MaxValue;
        }
        if (_deadlineMicros >= _armedMicros) return;
        long due = SharedTimer.RoundUp(_deadlineMicros);
        if (due >= _armedMicros) return;
        _armedMicros = due;
        _alarm.Set(due);
    }
}
