using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using static BftSmr.StorageException;

namespace BftSmr.Storage;

/// <summary>
/// The checkpoints of a replica: its own, written in the background, and one that is being fetched. A checkpoint is a
/// manifest and the runs that it names, which other checkpoints may share. The manifest's file is there only once all
/// the runs are. Checkpoints are written, loaded and deleted by one thread at a time; beside that another one stores
/// what is fetched, and any may read pieces.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    /// <summary>Ends the name of a file that is damaged.</summary>
    public const string CorruptSuffix = ".corrupt";

    /// <summary>
    /// Checkpoints at or below the stable one that are kept: the newest, and one more for peers that begin to fetch it.
    /// </summary>
    private const int StableKept = 2;

    private readonly string _directory;
    private readonly ReplicaSettings _settings;
    private readonly DiskDamage _damage;
    private readonly ManifestStore _manifests;
    private readonly RunStore _runs;
    private readonly MergePolicy _policy;
    private readonly Lock _lock = new();
    private readonly MergeResults _merged = new();
    private readonly DamagedRuns _damaged;
    private readonly RecordAudit _audit = new();
    private readonly CheckpointReader _reader;
    private Manifest _latest = Manifest.Initial;
    private Manifest? _fetched, _newestBegun;
    private IReadOnlyList<Instance> _pinned = [];

    private CheckpointStore(string directory, DataOwner owner, ReplicaSettings settings, DiskDamage damage)
    {
        (_directory, _settings, _damage) = (directory, settings, damage);
        bool flushes = settings.Durability != Durability.None;
        _manifests = new ManifestStore(directory, owner, flushes, damage);
        _runs = new RunStore(directory, owner, settings.ChunkBytes, flushes, damage);
        _policy = new MergePolicy(settings.CheckpointBytes);
        _damaged = new DamagedRuns(_runs, damage);
        _reader = new CheckpointReader(directory, _runs, _damaged);
    }

    /// <summary>Told of each run of which some piece is found damaged, on any thread.</summary>
    public Action<RunDescription> RunDamaged { set => _damaged.Found = value; }

    /// <summary>Told of each manifest that is found damaged while the replica runs, on any thread.</summary>
    public Action<Manifest> ManifestDamaged { set => _manifests.Damaged = value; }

    /// <summary>Hears what is read of checkpoints to be loaded, from the next one on.</summary>
    public ReadProgress Reading { get => _reader.Progress; set => _reader.Progress = value; }

    /// <summary>Length of a chunk of a run, bytes.</summary>
    public int ChunkBytes => _settings.ChunkBytes;

    /// <summary>The newest checkpoint's instance; 0 if there is none.</summary>
    public Instance Newest => _manifests.Newest?.Instance ?? Instance.Zero;

    /// <summary>Deletes a directory of checkpoints, if there is one.</summary>
    /// <exception cref="StorageException">It cannot be deleted.</exception>
    public static void Discard(string directory) => Guard("Deleting the checkpoints in", directory, () =>
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    });

    /// <summary>
    /// Opens a directory of checkpoints, made if it does not exist. Damaged files are set aside, and told.
    /// </summary>
    /// <exception cref="StorageException">The directory cannot be used, or has another replica's files.</exception>
    public static CheckpointStore Open(
        string directory, DataOwner owner, ReplicaSettings settings, DiskDamage damage)
    {
        CheckpointStore store = new(directory, owner, settings, damage);
        try
        {
            Guard("Opening the checkpoints in", directory, store.OpenAll);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Loads the newest checkpoint that is whole, or none; damaged runs are set aside, and told.</summary>
    public Manifest Restore(
        ServiceHost service, out IReadOnlyList<StateRecord> own, CancellationToken cancellationToken)
    {
        own = [];
        while (_manifests.Newest is { } newest)
        {
            Reading.Expect(CheckpointReader.BytesToRead(newest));
            if (_reader.IsWhole(newest, cancellationToken))
            {
                own = Load(newest, service, cancellationToken);
                return _latest = newest;
            }
            // What is right of it is as good as fetched.
            _newestBegun ??= newest;
            _fetched ??= newest;
            Guard("Deleting the checkpoint", _manifests.PathOf(newest), () => _manifests.Delete(newest));
        }
        return Manifest.Initial;
    }

    /// <summary>
    /// Writes what was touched since the checkpoint before, merges what is due, and writes the manifest. Long; meant
    /// for a thread of its own. Where a run that is to be merged is damaged it waits until that is mended.
    /// </summary>
    /// <returns>The checkpoint; null if it was given up, as another one is being fetched instead.</returns>
    public Manifest? Write(Instance instance, RunCursor touched, CancellationToken cancellationToken) =>
        UnlessGivenUp("Writing a checkpoint in", () =>
        {
            Manifest manifest = Next(instance, touched, cancellationToken);
            Keep(manifest);
            return manifest;
        });

    /// <summary>Holds a part of the state that was frozen against the records of its checkpoint.</summary>
    /// <returns>The key of a record that the state does not have; null if none was found.</returns>
    public byte[]? FindWrong(Manifest manifest, FrozenState state) => Guard("Reading runs in", _directory, () =>
    {
        try
        {
            return _audit.FindWrong(manifest, state, run => _runs.Borrow(run.Root));
        }
        catch (RunDamagedException e)
        {
            _damaged.Note(e.Root, e.Chunk);
            return null;
        }
    });

    /// <summary>
    /// As <see cref="Write"/>, of a checkpoint that only those after it need: nothing of it survives a restart.
    /// </summary>
    public void Pass(Instance instance, RunCursor touched, CancellationToken cancellationToken) =>
        UnlessGivenUp("Writing runs in", () => Next(instance, touched, cancellationToken));

    /// <summary>Makes the merges of the latest checkpoint whose time for this replica has come. Long.</summary>
    public void MergeAhead(CancellationToken cancellationToken) => UnlessGivenUp("Merging runs in", () =>
    {
        foreach (PlannedMerge merge in _latest.Merges)
        {
            long begin = _policy.BeginsAt(_latest, merge, _settings.Self, _settings.Quorums.Replicas);
            if (_latest.Number >= begin) Merged(merge, cancellationToken);
        }
        return _latest;
    });

    /// <summary>Reads all files and looks for damage, part by part; gives the bytes that were read each time.</summary>
    public IEnumerable<long> Scrub() => _damaged.Scrub().Concat(_manifests.Scrub());

    /// <summary>A manifest was found damaged: writes it again. On the thread that writes.</summary>
    public void RestoreManifest(Manifest manifest) => Guard(
        "Writing again the manifest", _manifests.PathOf(manifest), () => _manifests.Restore(manifest));

    /// <summary>What is missing of a run that is damaged; null if it is whole.</summary>
    public MissingRun? FindMissing(RunDescription run, CancellationToken cancellationToken) =>
        Guard("Reading what is left of a run in", _directory, () => _runs.FindMissing(run, cancellationToken));

    /// <summary>All that was missing is stored. False if the disk did not keep it.</summary>
    public bool TryMend(RunDescription run) => Guard("Mending a run in", _directory, () =>
    {
        if (!_runs.TryComplete(run)) return false;
        _damaged.NoteMended(run.Root);
        return true;
    });

    /// <summary>
    /// From now on the pieces of this checkpoint are stored: says what is missing of it. May be long. One thread at a
    /// time begins fetches, stores pieces and completes fetches.
    /// </summary>
    public IReadOnlyList<MissingRun> BeginFetch(Manifest manifest, CancellationToken cancellationToken) =>
        Guard("Taking up a checkpoint in", _directory, () =>
        {
            lock (_lock) _fetched = manifest;
            // A peer that offers an older checkpoint, and sends little of it, takes nothing away of the newest.
            if (_newestBegun is null || manifest.Instance > _newestBegun.Instance) _newestBegun = manifest;
            _runs.DeletePartialExcept(_damaged.With(RootsOf([manifest, _newestBegun])));
            return (IReadOnlyList<MissingRun>)
                [.. manifest.Runs.DistinctBy(static run => run.Root)
                    .Select(run => _runs.FindMissing(run, cancellationToken)).OfType<MissingRun>()];
        });

    /// <summary>Stores a verified piece of the checkpoint being fetched.</summary>
    public void StorePiece(RunDescription run, int index, ReadOnlyMemory<byte> bytes) =>
        Guard("Storing a piece of a run in", _directory, () => _runs.Store(run, index, bytes));

    /// <summary>
    /// The checkpoint will be loaded: what waits for a run of the state that it replaces is given up, and so is what
    /// comes before it. On any thread.
    /// </summary>
    public void GiveUpWaiting() => _damaged.GiveUpWaiting();

    /// <summary>
    /// All pieces are stored: the checkpoint is one like any other. False if the disk did not keep them; what is left
    /// of them is found by the next fetch.
    /// </summary>
    public bool TryCompleteFetch(Manifest manifest, CancellationToken cancellationToken) =>
        Guard("Completing the checkpoint in", _directory, () =>
        {
            bool isComplete = true;
            foreach (RunDescription run in manifest.Runs) isComplete &= _runs.TryComplete(run);
            isComplete = isComplete && _reader.IsWhole(manifest, cancellationToken);
            if (isComplete || _damaged.TryWaitAgain()) return isComplete;
            throw new StorageException(
                $"The checkpoint {manifest.Instance} was fetched in place of one with a damaged run, and is damaged as "
                + $"well: the disk of '{_directory}' does not keep what is written. Replace it; the replica then "
                + "rejoins from the others.");
        });

    /// <summary>Gives the service the state of a checkpoint that is whole, in place of its own.</summary>
    /// <returns>The replica's own records.</returns>
    /// <exception cref="StorageException">The disk gave other bytes than a moment before.</exception>
    public IReadOnlyList<StateRecord> Load(
        Manifest manifest, ServiceHost service, CancellationToken cancellationToken) =>
        _reader.Load(manifest, service, cancellationToken);

    /// <summary>The fetched checkpoint was loaded: what follows builds on it.</summary>
    public void EndFetch(Manifest manifest) => Guard("Writing the checkpoint", _manifests.PathOf(manifest), () =>
    {
        Build(manifest);
        Keep(manifest);
        lock (_lock) _fetched = null;
        _damaged.Clear();
    });

    /// <summary>
    /// Deletes what was fetched of a checkpoint that is not needed any more. On the thread that fetches.
    /// </summary>
    public void DropOldFetch() => Guard("Deleting what was fetched in", _directory, () =>
    {
        lock (_lock)
        {
            if (Newest == Instance.Zero || _fetched?.Instance > Newest) return;
            _fetched = null;
        }
        _runs.DeletePartialExcept(_damaged.With([]));
    });

    /// <summary>One chunk of a run with its path, for a peer. Null if there is none, or it is damaged.</summary>
    public Piece? ReadPiece(Digest run, int index) => Guard("Reading a run in", _directory, () =>
    {
        using RunFile? file = _runs.Borrow(run);
        if (file is null || (uint)index >= (uint)file.Tree.Leaves.Count) return null;
        if (file.TryReadChunk(index, out byte[]? bytes)) return new Piece(run, index, bytes, file.Tree.Path(index));
        _damaged.Note(run, index);
        return null;
    });

    /// <summary>Peers are fetching these checkpoints, and no others: they stay, whatever becomes stable.</summary>
    public void Pin(IReadOnlyList<Instance> fetched)
    {
        lock (_lock) _pinned = fetched;
    }

    /// <summary>
    /// Deletes the checkpoints that the stable one makes unnecessary, but never the newest, and the runs that none
    /// needs any more.
    /// </summary>
    public void DeleteBelow(Instance stable) => Guard("Deleting old checkpoints in", _directory, () =>
    {
        List<Manifest> old;
        lock (_lock)
        {
            IReadOnlyList<Manifest> all = _manifests.All;
            if (all.Count == 0) return; // what is there may be of use to a fetch
            int stableCount = all.Count(m => m.Instance <= stable);
            old = [.. all.Take(stableCount - StableKept).Where(m => !_pinned.Contains(m.Instance))];
        }
        foreach (Manifest manifest in old) _manifests.Delete(manifest);
        _runs.DeleteExcept(NeededRuns);
    });

    /// <summary>Deletes the checkpoints above this one: they are of a state that is wrong.</summary>
    public void DeleteAbove(Instance kept) => Guard("Deleting checkpoints in", _directory, () =>
    {
        foreach (Manifest wrong in _manifests.All.Where(m => m.Instance > kept)) _manifests.Delete(wrong);
    });

    public void Dispose()
    {
        _runs.Dispose();
        _damaged.Dispose();
    }

    private void OpenAll()
    {
        Directory.CreateDirectory(_directory);
        _manifests.OpenAll();
        _runs.OpenAll(_manifests.All.SelectMany(static manifest => manifest.Runs)
            .DistinctBy(static run => run.Root).ToDictionary(static run => RunFile.FileName(run.Root)));
    }

    private HashSet<Digest> NeededRuns()
    {
        HashSet<Digest> needed = RootsOf([_latest]);
        needed.UnionWith(_merged.Runs.Select(static run => run.Root));
        // A checkpoint that was fetched is kept before it is one that was.
        lock (_lock) needed.UnionWith(RootsOf(_fetched is null ? [] : [_fetched]));
        needed.UnionWith(RootsOf(_manifests.All));
        return needed;
    }

    private RunDescription? Merged(PlannedMerge merge, CancellationToken cancellationToken) =>
        _merged.Of(_latest, merge, () => Merge(_latest, merge, cancellationToken));

    private RunDescription? Merge(Manifest manifest, PlannedMerge merge, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using RunMerge merged = new(
                    merge.InputsIn(manifest).Select(
                        run => new RunReader(_damaged.BorrowWhole(run.Root, cancellationToken))), merge.IsBottom);
                return _runs.Write(merged, merge.Level, cancellationToken);
            }
            catch (RunDamagedException e)
            {
                _damaged.Note(e.Root, e.Chunk);
            }
        }
    }

    private Manifest? UnlessGivenUp(string doing, Func<Manifest> action)
    {
        if (_damaged.IsGivenUp) return null;
        try
        {
            return Guard(doing, _directory, action);
        }
        catch (OperationCanceledException) when (_damaged.IsGivenUp)
        {
            return null;
        }
    }

    private Manifest Next(Instance instance, RunCursor touched, CancellationToken cancellationToken)
    {
        RunDescription? run = _runs.Write(touched, level: 0, cancellationToken);
        return Build(_policy.Next(_latest, instance, run, merge => Merged(merge, cancellationToken)));
    }

    /// <summary>What follows builds on this one.</summary>
    private Manifest Build(Manifest manifest)
    {
        _latest = manifest;
        _merged.Keep(manifest);
        return manifest;
    }

    /// <summary>It is on disk, with all its runs, when this returns.</summary>
    private void Keep(Manifest manifest)
    {
        _runs.Flush(manifest.Runs);
        _manifests.Keep(manifest);
        _damage.NoteCheckpoint();
    }

    private static HashSet<Digest> RootsOf(IEnumerable<Manifest> manifests) =>
        [.. manifests.SelectMany(static manifest => manifest.Runs).Select(static run => run.Root)];
}
