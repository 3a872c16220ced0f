using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// An operation as a deterministic state machine: input and time in, ordered effects out. Its whole state is data, so
/// that states can be compared and explored. What is common to all cores is here: calls and deadlines find the machine
/// that they belong to.
/// <para>In a step time passes first, then the input is taken. Nothing happens after
/// <see cref="FinishedEffect"/>.</para>
/// </summary>
internal abstract class ProtocolCore(long callTimeoutMicros)
{
    private readonly List<SubMachine> _timed = [];
    private bool _isStarted;

    protected CloudExchange Exchange { get; } = new(callTimeoutMicros);

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>When <see cref="TickInput"/> is due; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlineMicros
    {
        get
        {
            if (IsDone) return long.MaxValue;
            long next = Math.Min(Exchange.NextDeadlineMicros, NextTimerMicros);
            foreach (SubMachine machine in _timed) next = Math.Min(next, machine.NextDeadlineMicros);
            return next;
        }
    }

    /// <summary>When <see cref="OnTimer"/> is due.</summary>
    protected virtual long NextTimerMicros => long.MaxValue;

    /// <summary>Takes one input.</summary>
    /// <param name="input">What has happened.</param>
    /// <param name="nowMicros">The time, in microseconds of the Unix epoch; one that goes back counts as standing
    /// still.</param>
    /// <param name="effects">Where what is to be done about it is added.</param>
    public void Step(Input input, long nowMicros, EffectBuffer effects)
    {
        Exchange.BeginStep(nowMicros, effects);
        Invariant.Holds(_isStarted != input is StartInput, "a core is started once, before all else");
        if (!IsDone) PassTime();
        switch (input)
        {
            case StartInput:
                _isStarted = true;
                OnStart();
                break;
            case AnswerInput answer:
                if (Exchange.TryEnd(answer.Call, out PendingCall call)) Receive(call, answer.Answer);
                break;
            case TickInput:
                break;
            default:
                if (!IsDone) OnInput(input);
                break;
        }
        _timed.RemoveAll(static machine => machine.IsDone);
        Exchange.EndStep();
    }

    protected abstract void OnStart();

    /// <summary>One of the machines is done. Heard of once.</summary>
    protected abstract void OnDone(SubMachine machine);

    /// <summary>An input that only this kind of core knows.</summary>
    protected virtual void OnInput(Input input) =>
        throw new ArgumentOutOfRangeException(nameof(input), input, "Not an input of this core.");

    /// <summary>The core's own deadline is reached.</summary>
    protected virtual void OnTimer()
    {
    }

    protected void Begin(SubMachine machine)
    {
        machine.Start();
        Invariant.Holds(!machine.IsDone, "nothing is done before a cloud has answered");
        if (machine.NextDeadlineMicros < long.MaxValue) _timed.Add(machine);
    }

    protected void Finish(ProtocolFailure? failure)
    {
        Invariant.Holds(!IsDone, "an operation ends once");
        IsDone = true;
        Failure = failure;
        Exchange.Emit(new FinishedEffect(failure));
    }

    private void PassTime()
    {
        while (!IsDone && Exchange.TryExpire(out PendingCall call, out Failed? answer)) Receive(call, answer);
        for (int i = 0; i < _timed.Count && !IsDone; i++)
        {
            SubMachine machine = _timed[i];
            if (machine.IsDone || machine.NextDeadlineMicros > Exchange.NowMicros) continue;
            machine.Tick();
            if (machine.IsDone) OnDone(machine);
        }
        if (!IsDone && NextTimerMicros <= Exchange.NowMicros) OnTimer();
    }

    private void Receive(PendingCall call, CloudAnswer answer)
    {
        if (IsDone) return;
        bool wasDone = call.Machine.IsDone;
        call.Machine.Receive(call.Cloud, answer);
        if (!wasDone && call.Machine.IsDone) OnDone(call.Machine);
    }
}
