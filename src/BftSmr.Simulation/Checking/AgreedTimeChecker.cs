using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Checking;

/// <summary>
/// Holds agreed time against the clocks of the correct replicas. A proposal is judged when it comes. So agreed time is
/// at most the skew bound ahead of the latest clock at such a moment, or one microsecond above the agreed time before.
/// It is at most the skew bound behind the earliest clock at the moments when proposals of its instance came.
/// </summary>
internal sealed class AgreedTimeChecker(World world, long skewMicros)
{
    private readonly List<SimulatedClock> _clocks = [];
    private readonly Dictionary<long, long> _earliest = [];
    private Instance _last;
    private long _latest, _agreedMicros;

    /// <summary>The clock of a correct replica.</summary>
    public void Add(SimulatedClock clock) => _clocks.Add(clock);

    /// <summary>A correct replica gets a message; only a proposal counts.</summary>
    public void Received(Input input)
    {
        if (input is PeerInput { Message: Propose propose }) NoteProposal(propose);
    }

    /// <summary>A correct replica sends something; only a proposal counts.</summary>
    public void Sent(Effect effect)
    {
        if (effect is BroadcastEffect { Message: Propose propose }) NoteProposal(propose);
    }

    private void NoteProposal(Propose propose)
    {
        if (propose.Instance <= _last) return;
        long[] readings = [.. _clocks.Select(c => c.Read(world.NowMicros).UnixMicros)];
        _latest = Math.Max(_latest, readings.Max());
        long known = _earliest.GetValueOrDefault(propose.Instance.Value, long.MaxValue);
        _earliest[propose.Instance.Value] = Math.Min(known, readings.Min());
    }

    /// <summary>A correct replica executes an instance; only the first one counts.</summary>
    public void Executed(ExecuteEffect effect)
    {
        if (effect.Instance <= _last) return;
        _last = effect.Instance;
        long before = _agreedMicros;
        _agreedMicros = effect.AgreedTimeMicros;
        if (effect.Commands.Count == 0 || !_earliest.Remove(effect.Instance.Value, out long earliest)) return;
        if (_agreedMicros > Math.Max(_latest + skewMicros, before + 1))
            world.Violate(
                "agreed time",
                $"{effect.Instance} has {_agreedMicros}, {_agreedMicros - _latest} us ahead of every correct clock.");
        else if (_agreedMicros < earliest - skewMicros)
            world.Violate(
                "agreed time",
                $"{effect.Instance} has {_agreedMicros}, {earliest - _agreedMicros} us behind every correct clock.");
    }
}
