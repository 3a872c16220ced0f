namespace DepSky.Protocol;

/// <summary>Identifies a call that is under way.</summary>
internal readonly record struct CallId(long Value);

/// <summary>What the host is to do next.</summary>
internal abstract record ExchangeEffect(CallId Id);

/// <summary>Start the call, and bring its answer.</summary>
internal sealed record StartCall(CallId Id, CloudCall Call) : ExchangeEffect(Id);

/// <summary>Cancel the call: its answer is not wanted any more.</summary>
internal sealed record AbandonCall(CallId Id) : ExchangeEffect(Id);

/// <summary>
/// Everything that goes between a protocol core and its host: calls to clouds with their answers, and time. The core gives each call and each delay what is to be done then; the host drains the effects, brings
/// answers and the time, in any order it likes. One thread at a time. Without clock, task or randomness, so what happens follows from what the host brings.
/// Time is in milliseconds of the Unix epoch as the host counts it, and never goes back.
/// </summary>
internal sealed class CloudExchange(long nowMs, long callTimeoutMs)
{
    private readonly Dictionary<CallId, Pending> _pending = [];
    private readonly PriorityQueue<Timer, (long Due, long Sequence)> _timers = new();
    private readonly Queue<ExchangeEffect> _effects = new();
    private long _sequence;

    public long NowMs { get; private set; } = nowMs;

    /// <summary>When <see cref="AdvanceTo"/> has something to do next.</summary>
    public long? NextTimerMs
    {
        get
        {
            while (_timers.TryPeek(out Timer? timer, out (long Due, long) order))
            {
                if (!timer.IsCancelled) return order.Due;
                _timers.Dequeue();
            }
            return null;
        }
    }

    /// <summary>Asks a cloud. A call that is not answered in time has failed.</summary>
    public CallId Call(CloudCall call, Action<CloudAnswer> then)
    {
        CallId id = new(++_sequence);
        Timer timeout = After(callTimeoutMs, () =>
        {
            if (!_pending.Remove(id)) return;
            _effects.Enqueue(new AbandonCall(id));
            then(new Failed(CloudFailure.Unavailable, $"no answer within {callTimeoutMs / 1000.0} s"));
        });
        _pending.Add(id, new Pending(then, timeout));
        _effects.Enqueue(new StartCall(id, call));
        return id;
    }

    /// <summary>Takes a call back; what it was for will not hear of it any more. The cloud may do it all the same.</summary>
    public void Abandon(CallId id)
    {
        if (!_pending.Remove(id, out Pending pending)) return;
        pending.Timeout.IsCancelled = true;
        _effects.Enqueue(new AbandonCall(id));
    }

    /// <summary>Does something later, unless the timer is cancelled.</summary>
    public Timer After(long delayMs, Action then)
    {
        Timer timer = new(then);
        _timers.Enqueue(timer, (NowMs + Math.Max(0, delayMs), ++_sequence));
        return timer;
    }

    /// <summary>Brings an answer. One to a call that was abandoned is passed over.</summary>
    public void Answer(CallId id, CloudAnswer answer)
    {
        if (!_pending.Remove(id, out Pending pending)) return;
        pending.Timeout.IsCancelled = true;
        pending.Then(answer);
    }

    /// <summary>Brings the time, and does what is due.</summary>
    public void AdvanceTo(long nowMs)
    {
        NowMs = Math.Max(NowMs, nowMs);
        while (NextTimerMs is long due && due <= NowMs)
        {
            Timer timer = _timers.Dequeue();
            timer.IsCancelled = true;
            timer.Then();
        }
    }

    /// <summary>The next thing for the host to do, in the order in which the core wanted them. A call that was abandoned before the host came to it is never started.</summary>
    public bool TryTakeEffect([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ExchangeEffect? effect)
    {
        while (_effects.TryDequeue(out effect))
        {
            if (effect is not StartCall || _pending.ContainsKey(effect.Id)) return true;
        }
        return false;
    }

    private readonly record struct Pending(Action<CloudAnswer> Then, Timer Timeout);

    internal sealed class Timer(Action then)
    {
        public Action Then { get; } = then;

        public bool IsCancelled { get; set; }
    }
}
