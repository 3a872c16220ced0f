using BftSmr.Runs;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// What is done with the checkpoints of one replica, one thing after the other. One that needs a run which is damaged
/// waits until that is mended, and all behind it wait, too; unless another state takes the place of the one here.
/// </summary>
/// <param name="later">Runs something later, in the life of the replica.</param>
/// <param name="onDamage">Told that a run is damaged.</param>
internal sealed class CheckpointTurns(Action<long, Action> later, Action onDamage)
{
    private const long WaitMicros = 5_000;

    private readonly Queue<Action> _waiting = new();
    private bool _isWaiting;

    /// <summary>The turn of the next thing has come; it may throw <see cref="RunDamagedException"/>.</summary>
    public void Take(Action run)
    {
        _waiting.Enqueue(run);
        if (!_isWaiting) Go();
    }

    /// <summary>As <see cref="Take"/>, of what replaces the state: what waits now is given up.</summary>
    public void TakeNew(Action run)
    {
        _waiting.Clear();
        Take(run);
    }

    private void Go()
    {
        _isWaiting = false;
        while (_waiting.TryPeek(out Action? next))
        {
            try
            {
                next();
            }
            catch (RunDamagedException)
            {
                _isWaiting = true;
                onDamage();
                later(WaitMicros, Go);
                return;
            }
            _waiting.TryDequeue(out _);
        }
    }
}
