using BftSmr.Simulation.Storage;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// Holds what may not leave the process before the log is on disk up to some position; keeps the order of effects.
/// </summary>
internal sealed class Outbox(SimulatedDisk disk)
{
    private readonly Queue<(long Position, Action Send)> _waiting = new();
    private long _barrier;

    /// <summary>Something waits, or would wait, for a flush.</summary>
    public bool NeedsFlush => _barrier > disk.Flushed;

    /// <summary>Everything from here on waits until all appended so far is on disk.</summary>
    public void RequireFlush() => _barrier = disk.End;

    public void Post(Action send)
    {
        if (_waiting.Count == 0 && disk.Flushed >= _barrier) send();
        else _waiting.Enqueue((_barrier, send));
    }

    /// <summary>Lets go what the disk now covers.</summary>
    public void Release()
    {
        while (_waiting.TryPeek(out (long Position, Action Send) next) && next.Position <= disk.Flushed)
            _waiting.Dequeue().Send();
    }
}
