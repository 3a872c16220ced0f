using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using BftCloud.Links;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>
/// The single loop that owns a replica core, as turns of the reactor that reads its links. Each takes what waits in the
/// inbox, steps the core, carries out the effects, ends with a tick, in which the core proposes what is due, and then
/// flushes once: first the log, then every link.
/// An exception is a broken invariant or a failed disk: the loop ends for good, and says why.
/// </summary>
internal sealed class ReplicaLoop : IReactorTurn
{
    /// <summary>Inputs in one turn; the rest has to wait for its flush.</summary>
    private const int TurnMax = 512;

    /// <summary>Inputs between two readings of the clock.</summary>
    private const int ClockEvery = 16;

    private const long StatusPeriodMicros = 100_000;

    private readonly ConcurrentQueue<Item> _inbox = new();
    private readonly EffectBuffer _effects = new();
    private readonly IReplicaCore _core;
    private readonly HostEffects _runner;
    private readonly SessionRoutes _routes;
    private readonly ReplicaMetrics _metrics;
    private readonly ReplicaWatch _watch;
    private readonly Reactor _reactor;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _onStop;
    private long _statusMicros;
    private int _isScheduled;
    private bool _hasEnded;

    /// <summary>A loop that does <paramref name="onStop"/> last when it is asked to stop.</summary>
    public ReplicaLoop(
        IReplicaCore core, HostEffects runner, SessionRoutes routes, ReplicaMetrics metrics, Reactor reactor,
        ReplicaWatch watch, Action onStop) =>
        (_core, _runner, _routes, _metrics, _reactor, _watch, _onStop) =
        (core, runner, routes, metrics, reactor, watch, onStop);

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
        _inbox.Enqueue(new Item(subject, null, null, 0));
        Schedule();
    }

    /// <summary>
    /// Puts an input from a link into the inbox; <see cref="Schedule"/> is to follow. The link is not read while the
    /// result is incomplete.
    /// </summary>
    public ValueTask Post(Input input, ClientLink? link, LinkBacklog backlog, int bytes)
    {
        ValueTask room = backlog.Add(bytes);
        _inbox.Enqueue(new Item(input, link, backlog, bytes));
        if (!room.IsCompleted) Schedule();
        return room;
    }

    /// <summary>Makes sure that the loop gets a turn.</summary>
    public void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) _reactor.Schedule(this);
    }

    /// <summary>Asks something of the core, on the loop.</summary>
    /// <exception cref="InvalidOperationException">The loop has ended.</exception>
    public async Task<T> AskAsync<T>(Func<IReplicaCore, HostEffects, T> question, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.TrySetResult(question(_core, _runner)));
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
            Run();
        }
        catch (Exception e)
        {
            End(e);
        }
#pragma warning restore CA1031
        if (!_inbox.IsEmpty) Schedule();
    }

    private void Run()
    {
        ClockReading now = HostClock.Read();
        try
        {
            for (int taken = 1; taken <= TurnMax && _inbox.TryDequeue(out Item item); taken++)
            {
                item.Backlog?.Take(item.Bytes);
                if (_hasEnded) continue;
                if (taken % ClockEvery == 0) now = HostClock.Read();
                Take(item, now);
            }
        }
        catch (StateMachineException)
        {
            _runner.Flush(); // its votes so far are sent, so that the others come to the same end rather than wait
            throw;
        }
        if (_hasEnded) return;
        Step(TickInput.Instance, now, moreFollow: false);
        _runner.Flush();
        _reactor.WakeAt(this, _core.NextDeadlineMicros);
        NoteStatus(now);
    }

    private void Take(in Item item, ClockReading now)
    {
        switch (item.Subject)
        {
            case AttachInput attach:
                _routes.Attach(attach.Session, item.Link!);
                break;
            case Input input:
                Step(input, now, moreFollow: true);
                break;
            case Effect effect:
                _effects.Add(effect);
                CarryOut(now, moreFollow: true);
                break;
            case Action action:
                action();
                break;
            case Exception failure:
                ExceptionDispatchInfo.Throw(failure);
                break;
        }
    }

    private void Step(Input input, ClockReading now, bool moreFollow)
    {
        _core.Step(input, now, _effects, moreFollow);
        CarryOut(now, moreFollow);
    }

    /// <summary>
    /// In order; an execution's outcome is stepped at once, and what follows from it comes after what is there already.
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

    /// <summary>What waits for the loop; what came from a link counts in its backlog until it is taken.</summary>
    private readonly record struct Item(object Subject, ClientLink? Link, LinkBacklog? Backlog, int Bytes);
}
