using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The runs in a directory, by their roots: whole ones, and some that are being fetched. A file has a run's name only
/// when it is whole, and then its bytes never change. Writing, fetching, reading and deleting may go on at
/// the same time, one thread each but for reading. The lock guards only which runs there are: no disk work is done
/// under it, and what is being read is closed by its last user.
/// </summary>
internal sealed class RunStore : IDisposable
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>
    /// A long run goes to the disk in pieces of this size, so that it does not hold up the log's flushes all at once.
    /// </summary>
    private const long FlushBytes = 16 << 20;

    private readonly string _directory;
    private readonly DataOwner _owner;
    private readonly int _chunkBytes;
    private readonly bool _flushes;
    private readonly DiskDamage _damage;
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, RunFile> _runs = [];
    private readonly HashSet<Digest> _unflushed = []; // of the thread that writes
    private readonly Dictionary<Digest, PartialRun> _partial = []; // of the thread that fetches

    public RunStore(string directory, DataOwner owner, int chunkBytes, bool flushes, DiskDamage damage) =>
        (_directory, _owner, _chunkBytes, _flushes, _damage) = (directory, owner, chunkBytes, flushes, damage);

    /// <summary>
    /// Opens the runs that are there. Of those whose hashes or trailer are damaged, what is right stays.
    /// </summary>
    /// <param name="named">What manifests say of runs, by the names of their files.</param>
    /// <exception cref="StorageException">One is another replica's.</exception>
    public void OpenAll(IReadOnlyDictionary<string, RunDescription> named)
    {
        foreach (string temporary in Directory.GetFiles(_directory, "*" + TemporarySuffix)) File.Delete(temporary);
        foreach (string file in Directory.GetFiles(_directory, "*" + RunFile.Suffix))
        {
            if (!RunFile.TryOpen(file, out RunFile? run))
            {
                SetAsideUnreadable(file, named.GetValueOrDefault(Path.GetFileName(file)));
                continue;
            }
            _runs.Add(run.Tree.Root, run);
            if (run.Owner != _owner.Tag) throw _owner.Foreign(file);
        }
    }

    public bool Has(Digest root)
    {
        lock (_lock) return _runs.ContainsKey(root);
    }

    /// <summary>
    /// A whole run, with one more user: it can be read until the caller disposes of it, even once it is deleted. Null
    /// if there is none.
    /// </summary>
    public RunFile? Borrow(Digest root)
    {
        lock (_lock)
        {
            RunFile? run = _runs.GetValueOrDefault(root);
            run?.Retain();
            return run;
        }
    }

    /// <summary>
    /// Writes changes as a run, which may be lost until it is flushed. Long; meant for a thread of its own, one at a
    /// time.
    /// </summary>
    /// <returns>The run; null if there was no change.</returns>
    public RunDescription? Write(RunCursor changes, int level, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(_directory, "run" + TemporarySuffix);
        MerkleTree? tree;
        using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            long offset = 0, flushed = 0;
            tree = RunWriter.Write(changes, _chunkBytes, chunk =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                RandomAccess.Write(file, chunk.Span, offset);
                offset += chunk.Length;
                if (!_flushes || offset - flushed < FlushBytes) return;
                FileSync.Data(file);
                flushed = offset;
            });
            if (tree is null) return null;
            RandomAccess.Write(file, RunTrailer.Encode(tree, _owner.Tag), offset);
        }
        string path = PathOf(tree.Root);
        File.Move(temporary, path, overwrite: true);
        Add(path);
        _unflushed.Add(tree.Root);
        return new RunDescription(tree.Root, tree.SnapshotBytes, level);
    }

    /// <summary>These runs are on disk when this returns. On the thread that writes.</summary>
    public void Flush(IEnumerable<RunDescription> runs)
    {
        foreach (RunDescription run in runs)
        {
            if (!_unflushed.Remove(run.Root) || !_flushes) continue;
            using SafeFileHandle file = File.OpenHandle(
                PathOf(run.Root), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            FileSync.Data(file);
        }
        if (_flushes) FileSync.Directory(_directory);
    }

    /// <summary>What is missing of a run; null if it is whole.</summary>
    public MissingRun? FindMissing(RunDescription run, CancellationToken cancellationToken)
    {
        if (Has(run.Root)) return null;
        bool isBegun = File.Exists(Path.Combine(_directory, PartialRun.FileName(run.Root, run.Bytes)));
        return new MissingRun(run, isBegun ? PartialOf(run).FindChunks(cancellationToken) : []);
    }

    /// <summary>Stores a verified chunk of a run that is being fetched.</summary>
    public void Store(RunDescription run, int index, ReadOnlyMemory<byte> chunk) =>
        PartialOf(run).Store(index, chunk.Span);

    /// <summary>All chunks are stored: makes it a run like any other. False if the disk did not keep them.</summary>
    public bool TryComplete(RunDescription run)
    {
        if (Has(run.Root)) return true;
        using PartialRun partial = PartialOf(run);
        _partial.Remove(run.Root);
        if (partial.TryComplete(_owner, _flushes, out string path))
        {
            Add(path);
            return true;
        }
        // Of no use if nothing seems to be missing: what lies about that is a hash.
        if (partial.FindChunks(CancellationToken.None).Count == partial.ChunkCount) File.Delete(partial.Path);
        return false;
    }

    /// <summary>
    /// A run turned out to be damaged: what is right of it need not be fetched again. False if it was set aside before.
    /// </summary>
    public bool TrySetAside(Digest root)
    {
        RunFile? run;
        lock (_lock) _runs.Remove(root, out run);
        if (run is null) return false;
        run.Dispose();
        File.Move(
            run.Path, Path.Combine(_directory, PartialRun.FileName(root, run.Tree.SnapshotBytes)), overwrite: true);
        return true;
    }

    /// <summary>
    /// Hashes or trailer of a run are not what was written. They follow from its bytes if these are right, and a
    /// manifest tells how many there are: then it is whole at once.
    /// </summary>
    private void SetAsideUnreadable(string file, RunDescription? run)
    {
        if (run is null)
        {
            File.Move(file, file + CheckpointStore.CorruptSuffix, overwrite: true);
            _damage.NoteLost(file, 0, "It was renamed to *.corrupt. No checkpoint here needs it.");
            return;
        }
        _damage.NoteLost(file, run.Bytes, "Its hashes or trailer are wrong. They are written again.");
        File.Move(file, Path.Combine(_directory, PartialRun.FileName(run.Root, run.Bytes)), overwrite: true);
        PartialOf(run).RewriteHashes();
        TryComplete(run);
    }

    /// <summary>The file of a run that is whole.</summary>
    public string PathOf(Digest root) => Path.Combine(_directory, RunFile.FileName(root));

    /// <summary>
    /// Looks for damage of the hashes and the trailer of a run, and mends it; returns the bytes that were read.
    /// </summary>
    public long ScrubIndex(RunFile run)
    {
        if (run.FindIndexDamage() is { } offset)
        {
            _damage.Note(run.Path, offset, "Its hashes or trailer are wrong. They are written again.");
            // One that has lost its name was deleted; or set aside, which is told by itself.
            if (!run.TryRewriteIndex(_flushes) || run.FindIndexDamage() is null) _damage.NoteMended(run.Path);
        }
        return (run.Tree.Leaves.Count * Digest.Size) + RunTrailer.Size;
    }

    /// <summary>The roots of all whole runs, in order.</summary>
    public IReadOnlyList<Digest> Roots
    {
        get
        {
            lock (_lock) return [.. _runs.Keys.Order()];
        }
    }

    /// <summary>Deletes the whole runs that are not named, at the moment in which they are looked for.</summary>
    public void DeleteExcept(Func<IReadOnlySet<Digest>> named)
    {
        List<RunFile> old;
        lock (_lock)
        {
            IReadOnlySet<Digest> kept = named();
            old = [.. _runs.Values.Where(run => !kept.Contains(run.Tree.Root))];
            foreach (RunFile run in old) _runs.Remove(run.Tree.Root);
        }
        foreach (RunFile run in old)
        {
            run.Dispose();
            _unflushed.Remove(run.Tree.Root);
            File.Delete(run.Path); // may take long
            _damage.NoteMended(run.Path);
        }
    }

    /// <summary>Deletes what was fetched of runs that are not named. On the thread that fetches.</summary>
    public void DeletePartialExcept(IReadOnlySet<Digest> kept)
    {
        foreach (PartialRun partial in _partial.Values.Where(p => !kept.Contains(p.Run.Root)).ToList())
        {
            partial.Dispose();
            _partial.Remove(partial.Run.Root);
        }
        HashSet<string> names = [.. kept.Select(static root => root.ToString())];
        foreach (string file in Directory.GetFiles(_directory, "*" + PartialRun.Suffix))
        {
            if (!names.Contains(Path.GetFileName(file).Split('-')[0])) File.Delete(file);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (RunFile run in _runs.Values) run.Dispose();
            _runs.Clear();
        }
        foreach (PartialRun partial in _partial.Values) partial.Dispose();
        _partial.Clear();
    }

    private PartialRun PartialOf(RunDescription run)
    {
        if (!_partial.TryGetValue(run.Root, out PartialRun? partial))
            _partial.Add(run.Root, partial = new PartialRun(_directory, run, _chunkBytes));
        return partial;
    }

    private void Add(string path)
    {
        if (!RunFile.TryOpen(path, out RunFile? run))
            throw new IOException("the bytes just written cannot be read back.");
        RunFile? same;
        lock (_lock)
        {
            _runs.Remove(run.Tree.Root, out same);
            _runs.Add(run.Tree.Root, run);
        }
        same?.Dispose();
        _damage.NoteMended(path);
    }
}
