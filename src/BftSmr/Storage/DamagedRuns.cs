using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Storage;

/// <summary>
/// Runs whose bytes are not those that were written: looks for them, sets them aside, tells of them, and lets what
/// needs them wait until they are mended, or until it is given up. Any thread.
/// </summary>
internal sealed class DamagedRuns(RunStore runs) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Digest> _damaged = [];
    private readonly ManualResetEventSlim _changed = new();
    private (Digest Run, int Chunk) _scrubbed; // of the thread that scrubs
    private bool _isReplaced;

    /// <summary>Told of each one, once: the run, its file, the chunk.</summary>
    public Action<RunDescription, string, int> Found { get; set; } = static (_, _, _) => { };

    /// <summary>Something waited in vain: no checkpoint is written before another state is here.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>A chunk is not what was written. What is right of the run stays, the rest has to be fetched.</summary>
    public void Note(Digest root, int chunk)
    {
        using RunFile? run = runs.Borrow(root);
        if (run is null) return;
        lock (_lock) _damaged.Add(root);
        if (runs.TrySetAside(root)) Found(new RunDescription(root, run.Tree.SnapshotBytes, Level: 0), run.Path, chunk);
    }

    /// <summary>The run is whole again.</summary>
    public void NoteMended(Digest root)
    {
        lock (_lock) _damaged.Remove(root);
        _changed.Set();
    }

    /// <summary>A whole run, with one more user. Waits until it is whole, if it is damaged.</summary>
    /// <exception cref="OperationCanceledException">The replica stops, or waits in vain.</exception>
    public RunFile BorrowWhole(Digest root, CancellationToken cancellationToken)
    {
        while (true)
        {
            _changed.Reset();
            if (runs.Borrow(root) is { } whole) return whole;
            lock (_lock)
            {
                if (_isReplaced)
                {
                    IsGivenUp = true;
                    throw new OperationCanceledException();
                }
            }
            _changed.Wait(cancellationToken);
        }
    }

    /// <summary>
    /// The state will be replaced: what waits, and what would wait until then, is given up.
    /// </summary>
    public void GiveUpWaiting()
    {
        lock (_lock) _isReplaced = true;
        _changed.Set();
    }

    /// <summary>The state was not replaced after all. False if something was given up.</summary>
    public bool TryWaitAgain()
    {
        lock (_lock) _isReplaced = false;
        return !IsGivenUp;
    }

    /// <summary>Another state is here, of runs that are whole.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _damaged.Clear();
            _isReplaced = IsGivenUp = false;
        }
    }

    /// <summary>These runs, and those that are damaged.</summary>
    public HashSet<Digest> With(HashSet<Digest> roots)
    {
        lock (_lock) roots.UnionWith(_damaged);
        return roots;
    }

    /// <summary>Reads on where it ended the last time, about so many bytes of all runs. One thread at a time.</summary>
    public void Scrub(long bytes, CancellationToken cancellationToken)
    {
        while (bytes > 0 && !cancellationToken.IsCancellationRequested)
        {
            using RunFile? run = runs.Borrow(_scrubbed.Run);
            if (run is null || _scrubbed.Chunk >= run.Tree.Leaves.Count)
            {
                IReadOnlyList<Digest> roots = runs.Roots;
                if (roots.Count == 0) return;
                Digest first = roots[0];
                foreach (Digest root in roots)
                {
                    if (root <= _scrubbed.Run) continue;
                    first = root;
                    break;
                }
                _scrubbed = (first, 0);
                bytes -= 1 << 10;
                continue;
            }
            if (run.TryReadChunk(_scrubbed.Chunk, out byte[]? chunk)) bytes -= chunk.Length;
            else Note(run.Tree.Root, _scrubbed.Chunk);
            _scrubbed.Chunk++;
        }
    }

    public void Dispose() => _changed.Dispose();
}
