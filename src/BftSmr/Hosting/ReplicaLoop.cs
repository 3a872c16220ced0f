using System.Runtime.ExceptionServices;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>
/// The single loop that owns a replica core, as turns of the reactor that reads its links. Each takes from the inbox
/// what the replica itself has to do, then what its peers sent, then what clients sent, then bulk; carries out the
/// effects; has the service execute what was decided; ends with a tick, in which the core proposes what is due; and
/// then flushes once: first the log, then every link. A turn has so much time for each of these. After that the reactor
/// looks at the peers' links again. If the service takes long, the reactor goes on with another thread, and so does the
/// loop; the outcome comes through the inbox. Nothing of the loop is touched by the thread that is left with the
/// service. An exception is a broken invariant or a failed disk: the loop ends for good, and says why.
/// </summary>
internal sealed class ReplicaLoop : IReactorTurn
{
    /// <summary>Frames of peers, of clients, and of bulk, in one turn; the rest has to wait for its flush.</summary>
    private const int TurnMax = 512;

    /// <summary>The time in one turn for each of both.</summary>
    private const long TurnMicros = 4000;

    /// <summary>The time in one turn for bulk, but for one frame.</summary>
    private const long BulkTurnMicros = 2000;

    /// <summary>Frames between two readings of the clock, unless one of them takes long.</summary>
    private const int ClockEvery = 16;

    private const long StatusPeriodMicros = 100_000;

    private static readonly long s_longTicks = ReplicaInbox.TicksOf(500);

    private readonly ReplicaInbox _inbox;
    private readonly FrameOpener _opener;
    private readonly EffectBuffer _effects = new();
    private readonly IReplicaCore _core;
    private readonly HostEffects _runner;
    private readonly SessionRoutes _routes;
    private readonly ReplicaMetrics _metrics;
    private readonly ReplicaWatch _watch;
    private readonly CatchUpProgress _progress;
    private readonly Reactor _reactor;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _onStop;
    private readonly List<Action> _afterExecution = [];
    private ClockReading _now;
    private long _statusMicros;
    private int _isScheduled;
    private bool _hasEnded;

    /// <summary>A loop that does <paramref name="onStop"/> last when it is asked to stop.</summary>
    public ReplicaLoop(
        IReplicaCore core, HostEffects runner, ReplicaInbox inbox, FrameOpener opener, SessionRoutes routes,
        ReplicaMetrics metrics, Reactor reactor, ReplicaWatch watch, CatchUpProgress progress, Action onStop) =>
        (_core, _runner, _inbox, _opener, _routes, _metrics, _reactor, _watch, _progress, _onStop) =
        (core, runner, inbox, opener, routes, metrics, reactor, watch, progress, onStop);

    /// <summary>Completes when the loop has stopped as it was asked to; faults with what ended it otherwise.</summary>
    public Task Ended => _ended.Task;

    public void Start() => Post(() =>
    {
        _core.Start(HostClock.Read(), _effects);
        CarryOut(HostClock.Read(), moreFollow: true);
    });

    /// <summary>Ends the loop after what waits now.</summary>
    public void RequestStop() => Post(() =>
    {
        _runner.Flush();
        _onStop();
        End(null);
    });

    /// <summary>
    /// Puts an input, an effect, an action or an exception into the inbox and wakes the loop. Any thread.
    /// </summary>
    public void Post(object subject)
    {
        _inbox.Post(subject);
        Schedule();
    }

    /// <summary>A client has taken replies, so its requests go on. Any thread.</summary>
    public void Release(ClientId client)
    {
        _inbox.Release(client);
        Schedule();
    }

    /// <summary>Makes sure that the loop gets a turn.</summary>
    public void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) _reactor.Schedule(this);
    }

    /// <summary>Asks something of the core, on the loop.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="asksService">It needs the service: it waits until that does not execute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The loop has ended.</exception>
    public async Task<T> AskAsync<T>(
        Func<IReplicaCore, HostEffects, T> question, bool asksService, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Answer() => answer.TrySetResult(question(_core, _runner));
        Post(() =>
        {
            if (asksService && _runner.IsExecuting) _afterExecution.Add(Answer);
            else Answer();
        });
        await Task.WhenAny(answer.Task, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer.Task.IsCompleted
            ? await answer.Task.ConfigureAwait(false)
            : throw new InvalidOperationException("The replica has stopped: Completion tells why.");
    }

    void IReactorTurn.TakeTurn()
    {
        Volatile.Write(ref _isScheduled, 0);
        Interlocked.MemoryBarrier(); // a thread that posts either sees that no turn is to come, or is seen here
#pragma warning disable CA1031 // Nothing is swallowed: it ends the loop, and is what Ended faults with.
        try
        {
            if (!TryRun()) return;
        }
        catch (Exception e)
        {
            End(e);
        }
#pragma warning restore CA1031
        if (_inbox.HasNext) Schedule();
    }

    /// <summary>False if another thread has taken over: nothing of the loop may be touched any more.</summary>
    private bool TryRun()
    {
        _now = HostClock.Read();
        try
        {
            TakeControl();
            TakePeers(_inbox.Peers, isBulk: false, TurnMicros);
            TakeClients();
            TakePeers(_inbox.Bulk, isBulk: true, BulkTurnMicros);
            if (_hasEnded) return true;
            if (!TryExecute(moreFollow: true)) return false;
            Step(TickInput.Instance, _now, moreFollow: false);
            if (!TryExecute(moreFollow: false)) return false;
        }
        catch (StateMachineException)
        {
            _runner.Flush(); // its votes so far are sent, so that the others come to the same end rather than wait
            throw;
        }
        _runner.Flush();
        _reactor.WakeAt(this, _core.NextDeadlineMicros);
        NoteStatus(_now);
        return true;
    }

    /// <summary>Has the service execute what was decided; false if it took long, and another thread goes on.</summary>
    private bool TryExecute(bool moreFollow)
    {
        while (_runner.TakeDecided() is { } execution)
        {
            if (!_reactor.TryRun(this, execution.Run))
            {
                Post(execution);
                return false;
            }
            if (execution.Ticks > s_longTicks) _now = HostClock.Read();
            Complete(execution, moreFollow);
        }
        return true;
    }

    private void Complete(BatchExecution execution, bool moreFollow)
    {
        Step(_runner.Complete(execution), _now, moreFollow);
        foreach (Action action in _afterExecution) action();
        _afterExecution.Clear();
    }

    private void TakeControl()
    {
        for (int taken = 1; taken <= TurnMax && _inbox.TryTakeControl(out object? subject); taken++)
        {
            if (_hasEnded) continue;
            if (taken % ClockEvery == 0) _now = HostClock.Read();
            Take(subject);
        }
    }

    private void TakePeers(PeerQueue queue, bool isBulk, long micros)
    {
        long began = ReplicaInbox.NowTicks, last = began, until = began + ReplicaInbox.TicksOf(micros);
        for (int taken = 1; taken <= TurnMax && last < until; taken++)
        {
            if (!queue.TryTake(out ReplicaId from, out ReadOnlyMemory<byte> frame)) break;
            if (_hasEnded) continue;
            if (_opener.Open(from, frame, isBulk) is { } input) Step(input, _now, moreFollow: true);
            queue.Charge(from, TicksSince(ref last, taken));
        }
    }

    private void TakeClients()
    {
        long began = ReplicaInbox.NowTicks, last = began, until = began + ReplicaInbox.TicksOf(TurnMicros);
        for (int taken = 1; taken <= TurnMax && last < until; taken++)
        {
            if (!_inbox.TryTakeClient(
                out ClientLink? link, out ReadOnlyMemory<byte> frame, out AnswerReadEffect? read)) break;
            if (!_hasEnded)
            {
                if (read is not null) CarryOut(read);
                else TakeFrame(link!, frame);
            }
            _inbox.EndTurn(TicksSince(ref last, taken));
        }
    }

    private void TakeFrame(ClientLink link, ReadOnlyMemory<byte> frame)
    {
        if (_opener.Open(link, frame) is not { } input) return;
        if (input is not AttachInput attach) Step(input, _now, moreFollow: true);
        else if (link.IsUp) _routes.Attach(attach.Session, link); // else it is detached already
    }

    /// <summary>
    /// The time since the last frame was done with. Reads the clock when it is time.
    /// </summary>
    private long TicksSince(ref long last, int taken)
    {
        long now = ReplicaInbox.NowTicks, ticks = now - last;
        last = now;
        if (taken % ClockEvery == 0 || ticks > s_longTicks) _now = HostClock.Read();
        return ticks;
    }

    private void Take(object subject)
    {
        switch (subject)
        {
            case Input input:
                Step(input, _now, moreFollow: true);
                break;
            case Effect effect:
                CarryOut(effect);
                break;
            case BatchExecution execution:
                Complete(execution, moreFollow: true);
                break;
            case Action action:
                action();
                break;
            case Exception failure:
                ExceptionDispatchInfo.Throw(failure);
                break;
        }
    }

    private void CarryOut(Effect effect)
    {
        _effects.Add(effect);
        CarryOut(_now, moreFollow: true);
    }

    private void Step(Input input, ClockReading now, bool moreFollow)
    {
        _core.Step(input, now, _effects, moreFollow);
        CarryOut(now, moreFollow);
    }

    /// <summary>
    /// In order; an answer for the core is stepped at once, and what follows from it comes after what is there already.
    /// </summary>
    private void CarryOut(ClockReading now, bool moreFollow)
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            if (_runner.CarryOut(_effects.Effects[i]) is { } outcome)
                _core.Step(outcome, now, _effects, moreFollow);
        }
        _effects.Clear();
    }

    private void NoteStatus(ClockReading now)
    {
        if (now.MonotonicMicros < _statusMicros) return;
        _statusMicros = now.MonotonicMicros + StatusPeriodMicros;
        ReplicaStatus status = _core.Status();
        _progress.Note(status, now.MonotonicMicros);
        _metrics.NoteStatus(status);
        _watch.Note(status, now.MonotonicMicros);
    }

    private void End(Exception? cause)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        if (cause is null) _ended.TrySetResult();
        else _ended.TrySetException(cause);
    }

    private void Post(Action action) => Post((object)action);
}
