using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>Hosts one operation in virtual time: what <c>ExchangeHost</c> does with tasks, done with events. Can be killed at any moment; what it sent before stays on its way.</summary>
internal sealed class SimulatedOperation(VirtualTime time, IReadOnlyList<SimulatedCloud> clouds, SimulationFaults mutations, Action<string> trace)
{
    private bool _armed;

    public CloudExchange Exchange { get; } = new(time.NowMs, callTimeoutMs: 5_000);

    /// <summary>The blocks that this operation encoded or fetched, by segment and cloud.</summary>
    public Dictionary<(int Segment, int Cloud), byte[]> Blocks { get; } = [];

    public Action? Ended { get; set; }

    public Func<bool> IsDone { get; set; } = static () => false;

    public bool IsKilled { get; private set; }

    public int Steps { get; private set; }

    /// <summary>After so many steps it is killed; null for never.</summary>
    public int? KillAtStep { get; init; }

    public void Kill()
    {
        if (IsKilled) return;
        IsKilled = true;
        trace("killed");
        Ended?.Invoke();
    }

    /// <summary>Does what the core wants, after anything was brought to it.</summary>
    public void Drain()
    {
        if (IsKilled) return;
        Exchange.AdvanceTo(time.NowMs);
        while (!IsKilled && Exchange.TryTakeEffect(out ExchangeEffect? effect))
        {
            if (++Steps == KillAtStep)
            {
                Kill();
                return;
            }
            if (effect is StartCall start) Start(start.Id, start.Call);
        }
        if (IsDone())
        {
            IsKilled = true;
            Ended?.Invoke();
            return;
        }
        if (!_armed && Exchange.NextTimerMs is long due)
        {
            _armed = true;
            time.After(Math.Max(0, due - time.NowMs), () =>
            {
                _armed = false;
                Drain();
            });
        }
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
            time.After(1, () => Bring(id, call, CloudAnswer.Done, null));
            return;
        }
        clouds[call.Cloud].Receive(call, content, (answer, block) => Bring(id, call, mutations.Change(call, answer, block), block));
    }

    private void Bring(CallId id, CloudCall call, CloudAnswer answer, byte[]? block)
    {
        if (IsKilled) return;
        trace($"{time.NowMs} {call.GetType().Name} {call.Cloud} {answer.GetType().Name}");
        if (block is not null && call is GetBlockCall get && answer is Done) Blocks[(get.Segment, get.Cloud)] = block;
        Exchange.AdvanceTo(time.NowMs);
        if (!IsKilled) Exchange.Answer(id, answer);
        Drain();
    }
}
