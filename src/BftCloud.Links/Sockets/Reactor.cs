using System.Collections.Concurrent;
using System.Diagnostics;

namespace BftCloud.Links;

/// <summary>
/// One thread that waits for all sockets of a node and does what follows. Each round reads what has arrived on every
/// socket that is ready, then gives a turn to each link that asked for one, and then waits again. What arrives
/// together is processed together and answered with one send a link. Nothing is handed from thread to thread: to wake a
/// thread costs more than all the protocol does with a message. Where work of the application's code takes long, a
/// second thread goes on in place of the first (<see cref="TryRun"/>). Invariant: one thread at a time is the
/// reactor's.
/// </summary>
internal sealed class Reactor : IDisposable
{
    /// <summary>As many as a replica has sockets, so that what is urgent is among them.</summary>
    private const int ReadyMax = 8192;

    /// <summary>
    /// The time in one round for sockets that are not urgent, but for one of them. The others are still ready in the
    /// next round, in which others come first.
    /// </summary>
    private const long RoundMicros = 2000;

    private static readonly Lazy<Reactor> s_shared = new(static () => new Reactor("bftsmr-clients"));

    private readonly IPoller _poller;
    private readonly SocketTable _sockets = new();
    private readonly ConcurrentQueue<IReactorTurn> _turns = new();
    private readonly ReadySocket[] _ready = new ReadySocket[ReadyMax];
    private readonly Thread _first;
    private readonly Relief _relief = new();
    private volatile Thread _thread;
    private Thread? _second;
    private int _threads = 1;
    private IReactorTurn? _dueTurn, _leftTurn;
    private long _dueMicros = long.MaxValue;
    private long _rounds;
    private int _isWaiting;
    private volatile bool _isStopped;

    /// <param name="name">The thread's.</param>
    /// <param name="poller">What waits; the best one for this operating system if null.</param>
    public Reactor(string name, IPoller? poller = null)
    {
        _poller = poller ?? (OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller());
        _thread = _first = new Thread(RunAndWatch) { Name = name, IsBackground = true };
        _first.Start();
    }

    /// <summary>The one of the process's clients. Never stops.</summary>
    public static Reactor Shared => s_shared.Value;

    /// <summary>Microseconds; never goes back. The time of <see cref="WakeAt"/>.</summary>
    public static long NowMicros => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    /// <summary>Whether this is the reactor's thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>
    /// Rounds so far. If the number stays the same while <see cref="IsWaiting"/> is false, the thread is busy, and
    /// deaf.
    /// </summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>Nothing has arrived that was not read.</summary>
    public bool IsWaiting => Volatile.Read(ref _isWaiting) != 0;

    /// <summary>Gives a turn, soon, after what has arrived was read; none after the end. Any thread.</summary>
    public void Schedule(IReactorTurn turn)
    {
        _turns.Enqueue(turn);
        if (IsCurrent) return;
        Interlocked.MemoryBarrier(); // either the thread sees the turn before it waits, or it is seen waiting here
        if (Volatile.Read(ref _isWaiting) != 0 && Interlocked.Exchange(ref _isWaiting, 0) != 0) _poller.Wake();
    }

    /// <summary>
    /// Gives a turn when the time has come, and not when an earlier call said. For one turn a reactor, on its thread.
    /// </summary>
    public void WakeAt(IReactorTurn turn, long micros) => (_dueTurn, _dueMicros) = (turn, micros);

    /// <summary>
    /// Does work that may take long; it must not throw. If it does take long, another thread becomes the reactor's
    /// meanwhile, which begins with a turn for <paramref name="turn"/>. Then the result is false, once the work is
    /// done: the caller no longer runs on the reactor's thread. It has to leave its turn at once. On the reactor's
    /// thread, in a turn.
    /// </summary>
    public bool TryRun(IReactorTurn turn, Action work)
    {
        if (_second is null)
        {
            _second = new Thread(WatchAndRun) { Name = _first.Name + "-2", IsBackground = true };
            Interlocked.Increment(ref _threads);
            _second.Start();
        }
        _leftTurn = turn;
        _relief.Begin();
        work();
        if (_relief.End()) return true;
        SpinWait spin = default;
        while (IsCurrent) spin.SpinOnce(); // the other thread is about to say that it is the reactor's
        return false;
    }

    /// <summary>
    /// Ends the thread after its round, and waits for work that takes long; once more does nothing. Any thread, the
    /// reactor's own does not wait. Sockets are their owners' to close.
    /// </summary>
    public void Dispose()
    {
        _isStopped = true;
        _poller.Wake();
        if (_second is not null) _relief.Wake();
        if (IsCurrent) return;
        _first.Join();
        _second?.Join();
    }

    internal long Register(ReactorSocket socket) => _sockets.Add(socket);

    internal void Forget(ReactorSocket socket) => _sockets.Remove(socket);

    internal void Watch(ReactorSocket socket, Readiness before, Readiness now) =>
        _poller.Watch(socket.Socket, socket.Id, before, now);

    private void RunAndWatch()
    {
        SchedulingClass.YieldToRunning();
        Run();
        WatchAndRun();
    }

    private void WatchAndRun()
    {
        SchedulingClass.YieldToRunning();
        while (TryTakeOver()) Run();
        if (Interlocked.Decrement(ref _threads) == 0) _poller.Dispose();
    }

    /// <summary>Waits until the other thread's work takes long; false when the reactor was stopped.</summary>
    private bool TryTakeOver()
    {
        if (!_relief.Watch(() => _isStopped)) return false;
        _thread = Thread.CurrentThread;
        _turns.Enqueue(_leftTurn!);
        return true;
    }

    /// <summary>Until it is stopped, or another thread has taken over.</summary>
    private void Run()
    {
        while (!_isStopped && IsCurrent)
        {
            int count = _poller.Wait(_ready, Prepare());
            Volatile.Write(ref _isWaiting, 0);
            Volatile.Write(ref _rounds, _rounds + 1);
            TakeOthers(_ready.AsSpan(0, TakeUrgent(_ready.AsSpan(0, count))));
            TakeTurns();
        }
    }

    private void TakeTurns()
    {
        for (int turns = _turns.Count; turns > 0 && _turns.TryDequeue(out IReactorTurn? turn); turns--)
        {
            turn.TakeTurn();
            if (!IsCurrent) return;
        }
        if (_dueMicros > NowMicros) return;
        _dueMicros = long.MaxValue;
        _dueTurn!.TakeTurn();
    }

    /// <summary>Leaves the others at the beginning of the span; returns how many they are.</summary>
    private int TakeUrgent(Span<ReadySocket> ready)
    {
        int others = 0;
        foreach (ReadySocket one in ready)
        {
            if (_sockets.Find(one.Id) is not { } socket) continue;
            if (socket.IsUrgent) socket.OnReady(one.Readiness);
            else ready[others++] = one;
        }
        return others;
    }

    private void TakeOthers(ReadOnlySpan<ReadySocket> ready)
    {
        if (ready.IsEmpty) return;
        long until = NowMicros + RoundMicros;
        int first = (int)(_rounds % ready.Length);
        for (int i = 0; i < ready.Length; i++)
        {
            ReadySocket one = ready[(first + i) % ready.Length];
            _sockets.Find(one.Id)?.OnReady(one.Readiness);
            if (NowMicros > until) return;
        }
    }

    /// <summary>How long the thread may wait, microseconds.</summary>
    private long Prepare()
    {
        if (!_turns.IsEmpty) return 0;
        Interlocked.Exchange(ref _isWaiting, 1);
        if (!_turns.IsEmpty || _isStopped) return 0;
        if (_dueMicros == long.MaxValue) return Timeout.Infinite;
        long now = NowMicros;
        return _dueMicros <= now ? 0 : _dueMicros - now; // compared first: what is due at once may be long.MinValue
    }
}
