using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Replicas;

/// <summary>Gives a core its ticks when they are due by its own clock.</summary>
internal sealed class ReplicaTicks(World world, ReplicaId self, SimulatedClock clock)
{
    private const int VainMax = 1_000;

    private long _atMicros = long.MaxValue;
    private long _life;
    private int _inVain;

    /// <summary>Runs something in the replica's process.</summary>
    public required Action<Action> Enter { get; init; }

    /// <summary>Gives a tick; returns the next deadline, or null if the replica ended.</summary>
    public required Func<long?> Tick { get; init; }

    /// <summary>The next deadline of a replica that lives.</summary>
    public required Func<long> NextDeadlineMicros { get; init; }

    /// <summary>A tick is due then, monotonic microseconds of the replica's clock.</summary>
    public void Schedule(long deadlineMicros)
    {
        long due = clock.When(deadlineMicros, world.NowMicros);
        if (due == long.MaxValue || due >= _atMicros) return;
        _atMicros = due;
        long life = _life;
        world.At(due, () =>
        {
            if (life != _life || due != _atMicros) return;
            Enter(() =>
            {
                _atMicros = long.MaxValue;
                if (clock.When(NextDeadlineMicros(), world.NowMicros) > world.NowMicros) Schedule(NextDeadlineMicros());
                else Give();
            });
        });
    }

    /// <summary>The replica ended.</summary>
    public void Stop()
    {
        _life++;
        _atMicros = long.MaxValue;
    }

    private void Give()
    {
        long life = _life;
        if (Tick() is not { } next || life != _life) return;
        _inVain = clock.When(next, world.NowMicros) <= world.NowMicros ? _inVain + 1 : 0;
        if (_inVain > VainMax)
            world.Violate("timers", $"{self} asks again and again for a tick that is already due.");
    }
}
