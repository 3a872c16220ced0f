using System.Diagnostics.CodeAnalysis;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Time;

/// <summary>
/// A replica's one thread, which takes time. What the replica itself causes - timers, executions, flushes - comes
/// before frames; those wait in the order in which they came. While an item is at work its cost adds up, and what it
/// sends leaves when that much time has passed.
/// </summary>
internal sealed class SimulatedProcessor(World world, ProcessorCosts costs, int replicas)
{
    /// <summary>Bytes of one client that may wait to be read: beyond, its link is not read.</summary>
    public const int ClientUnreadBytesMax = 64 << 10;

    /// <summary>Bytes of one replica that may wait to be read.</summary>
    public const int PeerUnreadBytesMax = 16 << 20;

    private const int FrameOverheadBytes = 256;

    private readonly Queue<Action> _own = new();
    private readonly Queue<(int From, int Bytes, Action Run)> _frames = new();
    private readonly Dictionary<int, long> _unread = [];
    private long _spentNanos, _life;
    private bool _isAtWork, _isBusy, _isPaused;

    public ProcessorCosts Costs => costs;

    /// <summary>What the item at work has cost so far, microseconds; 0 if none is.</summary>
    public long SpentMicros => _isAtWork ? _spentNanos / 1_000 : 0;

    /// <summary>The item at work costs so much more; outside of one nothing is counted.</summary>
    public void Charge(long nanos)
    {
        if (_isAtWork) _spentNanos += nanos;
    }

    /// <summary>So many bytes are read, made or sent.</summary>
    public void ChargeBytes(long bytes) => Charge(bytes * costs.KibibyteNanos / 1_024);

    /// <summary>Something of the replica's own is to be done.</summary>
    public void Post(Action run)
    {
        _own.Enqueue(run);
        Work();
    }

    /// <summary>A frame arrived. False if too much of its sender waits: its link is not read.</summary>
    public bool TryPost(int from, int bytes, Action run)
    {
        long unread = _unread.GetValueOrDefault(from);
        if (unread >= (from < replicas ? PeerUnreadBytesMax : ClientUnreadBytesMax)) return false;
        _unread[from] = unread + bytes + FrameOverheadBytes;
        _frames.Enqueue((from, bytes, run));
        Work();
        return true;
    }

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        _isPaused = false;
        Work();
    }

    /// <summary>The process ended: nothing waits any more.</summary>
    public void Stop()
    {
        _life++;
        _own.Clear();
        _frames.Clear();
        _unread.Clear();
        (_isBusy, _isPaused) = (false, false);
    }

    private void Work()
    {
        long life = _life;
        while (!_isBusy && !_isAtWork && !_isPaused && TryTake(out Action? run))
        {
            _isAtWork = true;
            run();
            _isAtWork = false;
            if (life != _life) return; // it ended the process
            long micros = _spentNanos / 1_000;
            _spentNanos -= micros * 1_000;
            if (micros == 0) continue;
            _isBusy = true;
            world.After(micros, () =>
            {
                if (life != _life) return;
                _isBusy = false;
                Work();
            });
        }
    }

    private bool TryTake([NotNullWhen(true)] out Action? run)
    {
        if (_own.TryDequeue(out run)) return true;
        if (!_frames.TryDequeue(out (int From, int Bytes, Action Run) frame)) return false;
        _unread[frame.From] -= frame.Bytes + FrameOverheadBytes;
        run = frame.Run;
        return true;
    }
}
