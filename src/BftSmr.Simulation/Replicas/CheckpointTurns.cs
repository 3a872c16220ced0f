using BftSmr.Runs;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// What is done with the checkpoints of one replica, one thing after the other. One that needs a run which is damaged
/// waits until that is mended, and all behind it wait, too; unless another checkpoint is fetched instead.
/// </summary>
/// <param name="later">Runs something later, in the life of the replica.</param>
/// <param name="onDamage">Told that a run is damaged.</param>
internal sealed class CheckpointTurns(Action<long, Action> later, Action onDamage)
{
    private const long WaitMicros = 5_000;

    private readonly Queue<Action> _waiting = new();
    private bool _isWaiting, _isGivenUp;

    /// <summary>The turn of the next thing has come; it may throw <see cref="RunDamagedException"/>.</summary>
    public void Take(Action run)
    {
        if (_isGivenUp) return;
        _waiting.Enqueue(run);
        if (!_isWaiting) Go();
    }

    /// <summary>As <see cref="Take"/>, of what replaces the state: what comes after it is not given up.</summary>
    public void TakeNew(Action run)
    {
        _isGivenUp = false;
        Take(run);
    }

    /// <summary>Another checkpoint is fetched: what waits now is given up, and so is what comes before that
    /// one.</summary>
    public void GiveUp()
    {
        _isGivenUp |= _isWaiting;
        if (_isGivenUp) _waiting.Clear();
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
