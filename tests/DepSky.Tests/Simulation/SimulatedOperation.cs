using BftCloud.Simulation;
using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>
/// Hosts one core in virtual time: what <c>CoreHost</c> does with tasks, done with events. Can be killed at any moment;
/// what it sent before stays on its way.
/// </summary>
internal sealed class SimulatedOperation(
    World world, ProtocolCore core, IReadOnlyList<SimulatedCloud> clouds, SimulationFaults mutations)
{
    /// <summary>The Unix time at which simulations begin.</summary>
    private const long OriginMicros = 1_700_000_000_000_000;

    private readonly EffectBuffer _effects = new();
    private readonly Queue<Input> _inputs = new();
    private long _wakesAtMicros = long.MaxValue;
    private bool _isStepping;

    /// <summary>The blocks that this operation encoded or fetched, by segment and cloud.</summary>
    public Dictionary<(int Segment, int Cloud), byte[]> Blocks { get; } = [];

    /// <summary>Carries out the effects that are not calls.</summary>
    public Action<Effect>? Perform { get; set; }

    public Action? Ended { get; set; }

    public bool IsOver { get; private set; }

    /// <summary>After so many effects it is killed; null for never.</summary>
    public int? KillAtEffect { get; init; }

    private int EffectsPerformed { get; set; }

    /// <summary>Gives the core an input, and carries out what it wants.</summary>
    public void Give(Input input)
    {
        _inputs.Enqueue(input);
        if (_isStepping) return;
        _isStepping = true;
        while (!IsOver && _inputs.TryDequeue(out Input? next))
        {
            core.Step(next, OriginMicros + world.NowMicros, _effects);
            foreach (Effect effect in _effects.Effects) CarryOut(effect);
            _effects.Clear();
        }
        _isStepping = false;
        if (!IsOver) WakeInTime();
    }

    private void CarryOut(Effect effect)
    {
        if (IsOver) return;
        if (++EffectsPerformed == KillAtEffect)
        {
            world.Tell("host", "killed");
            End();
            return;
        }
        if (effect is StartCallEffect start) Start(start.Id, start.Call);
        else if (effect is FinishedEffect) End();
        else Perform?.Invoke(effect);
    }

    private void End()
    {
        IsOver = true;
        Ended?.Invoke();
    }

    private void WakeInTime()
    {
        long at = core.NextDeadlineMicros;
        if (at == long.MaxValue || at >= _wakesAtMicros) return;
        _wakesAtMicros = at;
        world.At(at - OriginMicros, () =>
        {
            _wakesAtMicros = long.MaxValue;
            Give(TickInput.Instance);
        });
    }

    private void Start(CallId id, CloudCall call)
    {
        byte[]? content = call switch
        {
            PutCall put => put.Content.ToArray(),
            PutBlockCall put => Blocks[(put.Segment, put.Cloud)],
            _ => null,
        };
        if (mutations.IsLostBeforeStored(call))
        {
            world.After(1000, () => Bring(id, call, CloudAnswer.Done, null));
            return;
        }
        clouds[call.Cloud].Receive(
            call, content, (answer, block) => Bring(id, call, mutations.Change(call, answer, block), block));
    }

    private void Bring(CallId id, CloudCall call, CloudAnswer answer, byte[]? block)
    {
        if (IsOver) return;
        world.Tell($"cloud {call.Cloud}", $"{call.GetType().Name} {answer.GetType().Name}");
        if (block is not null && call is GetBlockCall get && answer is Done) Blocks[(get.Segment, get.Cloud)] = block;
        Give(new AnswerInput(id, answer));
    }
}
