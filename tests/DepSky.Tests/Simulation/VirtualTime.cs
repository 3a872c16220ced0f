namespace DepSky.Tests.Simulation;

/// <summary>What happens when, in virtual milliseconds. What is due at the same time happens in the order in which it was scheduled.</summary>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (long Due, long Sequence)> _events = new();
    private long _sequence;

    public long NowMs { get; private set; } = 1_700_000_000_000;

    public void After(long delayMs, Action happens) => _events.Enqueue(happens, (NowMs + delayMs, ++_sequence));

    /// <summary>Lets the next thing happen; false if there is none.</summary>
    public bool Step()
    {
        if (!_events.TryDequeue(out Action? happens, out (long Due, long) order)) return false;
        NowMs = Math.Max(NowMs, order.Due);
        happens();
        return true;
    }
}
