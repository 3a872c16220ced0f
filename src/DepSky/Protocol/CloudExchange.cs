using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// What all parts of a core share: the time and the effects of the step that is being made, and the calls that await
/// answers.
/// <para>Invariants: a call has one answer at most, and none after it was abandoned. Calls expire in the order in which
/// they were made, as all may take equally long and time never goes back.</para>
/// Time is in microseconds of the Unix epoch as the host counts them.
/// </summary>
internal sealed class CloudExchange(long callTimeoutMicros)
{
    /// <summary>In the order of their ids, and so of their deadlines.</summary>
    private readonly List<PendingCall> _pending = [];
    private EffectBuffer? _effects;
    private long _callsMade;

    public long NowMicros { get; private set; }

    /// <summary>The time in milliseconds, as records have it.</summary>
    public long NowMs => NowMicros / 1000;

    /// <summary>How many calls await an answer.</summary>
    public int PendingCalls => _pending.Count;

    /// <summary>When the next call expires; <see cref="long.MaxValue"/> if none is under way.</summary>
    public long NextDeadlineMicros => _pending.Count > 0 ? _pending[0].ExpiresAtMicros : long.MaxValue;

    public void BeginStep(long nowMicros, EffectBuffer effects)
    {
        Invariant.Holds(_effects is null, "one step is made at a time");
        NowMicros = Math.Max(NowMicros, nowMicros);
        _effects = effects;
    }

    public void EndStep() => _effects = null;

    public void Emit(Effect effect)
    {
        Invariant.Holds(_effects is not null, "effects come of steps only");
        _effects.Add(effect);
    }

    /// <summary>Asks a cloud for one of a core's machines. A call that is not answered in time has failed.</summary>
    public CallId Call(SubMachine machine, CloudCall call)
    {
        CallId id = new(++_callsMade);
        _pending.Add(new PendingCall(id, machine, call.Cloud, NowMicros + callTimeoutMicros));
        Emit(new StartCallEffect(id, call));
        return id;
    }

    /// <summary>Takes back all calls of a machine that are under way.</summary>
    public void AbandonCallsOf(SubMachine machine)
    {
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Machine == machine) AbandonAt(i);
        }
    }

    /// <summary>An answer has come: says to which machine's call, unless that is not awaited any more.</summary>
    public bool TryEnd(CallId id, out PendingCall call)
    {
        int low = 0, high = _pending.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_pending[middle].Id < id) low = middle + 1;
            else high = middle;
        }
        call = low < _pending.Count && _pending[low].Id == id ? _pending[low] : default;
        if (call.Machine is null) return false;
        _pending.RemoveAt(low);
        return true;
    }

    /// <summary>Takes out the next call whose time is up.</summary>
    public bool TryExpire(out PendingCall call, [NotNullWhen(true)] out Failed? answer)
    {
        (call, answer) = (default, null);
        if (NextDeadlineMicros > NowMicros) return false;
        call = _pending[0];
        AbandonAt(0);
        answer = new Failed(CloudFailure.Unavailable, $"no answer within {callTimeoutMicros / 1e6} s");
        return true;
    }

    private void AbandonAt(int index)
    {
        Invariant.Holds(_effects is not null, "calls are abandoned in steps only");
        CallId id = _pending[index].Id;
        _pending.RemoveAt(index);
        if (!_effects.TryWithdraw(id)) _effects.Add(new AbandonCallEffect(id));
    }
}

/// <summary>A call that awaits its answer.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Machine">Which made it.</param>
/// <param name="Cloud">Which is asked.</param>
/// <param name="ExpiresAtMicros">When it counts as failed.</param>
internal readonly record struct PendingCall(CallId Id, SubMachine Machine, int Cloud, long ExpiresAtMicros);
