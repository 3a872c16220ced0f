using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Storage;

/// <summary>
/// Runs whose bytes are not those that were written: looks for them, sets them aside, tells of them, and lets what
/// needs them wait until they are mended, or until it is given up. Any thread.
/// </summary>
internal sealed class DamagedRuns(RunStore runs, DiskDamage damage) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Digest> _damaged = [];
    private readonly ManualResetEventSlim _changed = new();
    private bool _isReplaced;

    /// <summary>Told of each one, once.</summary>
    public Action<RunDescription> Found { get; set; } = static _ => { };

    /// <summary>Something waited in vain: no checkpoint is written before another state is here.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>A chunk is not what was written. What is right of the run stays, the rest has to be fetched.</summary>
    public void Note(Digest root, int chunk)
    {
        using RunFile? run = runs.Borrow(root);
        if (run is null) return;
        lock (_lock) _damaged.Add(root);
        if (!runs.TrySetAside(root)) return;
        damage.Note(run.Path, (long)chunk * run.Tree.ChunkBytes, "The piece there is fetched from the other replicas.");
        Found(new RunDescription(root, run.Tree.SnapshotBytes, Level: 0));
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
        Digest[] replaced;
        lock (_lock)
        {
            replaced = [.. _damaged];
            _damaged.Clear();
            _isReplaced = IsGivenUp = false;
        }
        foreach (Digest root in replaced) damage.NoteMended(runs.PathOf(root));
    }

    /// <summary>These runs, and those that are damaged.</summary>
    public HashSet<Digest> With(HashSet<Digest> roots)
    {
        lock (_lock) roots.UnionWith(_damaged);
        return roots;
    }

    /// <summary>Reads all runs, chunk by chunk; gives the bytes that were read each time.</summary>
    public IEnumerable<long> Scrub()
    {
        foreach (Digest root in runs.Roots)
        {
            for (int chunk = 0; Scrub(root, chunk) is { } bytes; chunk++) yield return bytes;
        }
    }

    /// <summary>
    /// One chunk, or behind the last one the hashes and the trailer; null where there is nothing more of the run.
    /// </summary>
    private long? Scrub(Digest root, int chunk)
    {
        using RunFile? run = runs.Borrow(root);
        if (run is null || chunk > run.Tree.Leaves.Count) return null;
        if (chunk == run.Tree.Leaves.Count) return runs.ScrubIndex(run);
        if (run.TryReadChunk(chunk, out byte[]? bytes)) return bytes.Length;
        Note(root, chunk);
        return run.Tree.ChunkBytes;
    }

    public void Dispose() => _changed.Dispose();
}
