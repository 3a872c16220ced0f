using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Simulation.Storage;

/// <summary>
/// The checkpoints on a simulated disk: manifests, the runs that they share, and what was fetched of others. The runs,
/// their format and the policy of merging are the product's.
/// </summary>
internal sealed class SimulatedCheckpoints(ReplicaSettings settings)
{
    /// <summary>Stable checkpoints kept: a peer may still fetch the last but one.</summary>
    private const int StableKept = 2;

    private readonly SortedDictionary<long, Manifest> _manifests = [];
    private readonly Dictionary<Digest, MemoryRun> _runs = [];
    private readonly Dictionary<Digest, Dictionary<int, ReadOnlyMemory<byte>>> _partial = [];
    private readonly MergePolicy _policy = new(settings.CheckpointBytes);
    private readonly MergeResults _merged = new();
    private readonly HashSet<Digest> _damaged = [];
    private RunDescription? _touched; // until a manifest names it
    private Manifest _latest = Manifest.Initial;
    private Manifest? _fetched;
    private IReadOnlyList<Instance> _pinned = [];
    private long _stable;

    /// <summary>The instances of the checkpoints that are there.</summary>
    public IEnumerable<Instance> Instances => _manifests.Keys.Select(static k => new Instance(k));

    /// <summary>The newest of them; 0 if there is none.</summary>
    public Instance Newest => new(_manifests.Count == 0 ? 0 : _manifests.Keys.Max());

    /// <summary>A run of the newest checkpoint is not what was written.</summary>
    public bool IsDamaged =>
        _manifests.Count > 0 && _manifests.Last().Value.Runs.Any(run => !IsWhole(run.Root));

    /// <summary>The run of what was touched, of the next checkpoint.</summary>
    public void WriteTouched(RunCursor touched) => _touched = WriteRun(touched, level: 0);

    /// <summary>A checkpoint that those after it build on; it is not there after a restart.</summary>
    /// <exception cref="RunDamagedException">A run that is to be merged is damaged.</exception>
    public void Pass(Instance instance)
    {
        _latest = _policy.Next(_latest, instance, _touched, Merged);
        _touched = null;
        _merged.Keep(_latest);
    }

    /// <summary>The checkpoint is complete, and on disk.</summary>
    /// <exception cref="RunDamagedException">A run that is to be merged is damaged.</exception>
    public Manifest Write(Instance instance)
    {
        Pass(instance);
        Keep(_latest);
        return _latest;
    }

    /// <summary>Makes the merges of the latest checkpoint whose time for this replica has come.</summary>
    /// <exception cref="RunDamagedException">A run that is to be merged is damaged.</exception>
    public void MergeAhead()
    {
        foreach (PlannedMerge merge in _latest.Merges)
        {
            if (_latest.Number >= _policy.BeginsAt(_latest, merge, settings.Self, settings.Quorums.Replicas))
                Merged(merge);
        }
    }

    /// <summary>Runs that are not what was written, and what is right of them: the rest has to be fetched.</summary>
    public IReadOnlyList<MissingRun> FindDamaged()
    {
        List<MissingRun> found = [];
        foreach ((Digest root, MemoryRun run) in _runs.Where(static run => !run.Value.IsWhole).ToList())
        {
            SetAside(root, run);
            _damaged.Add(root);
            found.Add(new MissingRun(
                new RunDescription(root, run.Tree.SnapshotBytes, Level: 0), [.. _partial[root].Keys.Order()]));
        }
        return found;
    }

    /// <summary>All that was missing of a damaged run is stored.</summary>
    public void Mend(RunDescription run)
    {
        if (!_damaged.Remove(run.Root)) return;
        Complete(run);
    }

    /// <summary>What is missing of a checkpoint that is about to be fetched.</summary>
    public IReadOnlyList<MissingRun> BeginFetch(Manifest manifest)
    {
        _fetched = manifest;
        HashSet<Digest> named = [.. manifest.Runs.Select(static run => run.Root)];
        named.UnionWith(_damaged);
        foreach (Digest root in _partial.Keys.Where(root => !named.Contains(root)).ToList()) _partial.Remove(root);
        return [.. manifest.Runs.DistinctBy(static run => run.Root).Where(run => !_runs.ContainsKey(run.Root))
            .Select(run => new MissingRun(run, [.. _partial.GetValueOrDefault(run.Root, []).Keys.Order()]))];
    }

    /// <summary>A verified piece of the checkpoint being fetched.</summary>
    public void StorePiece(RunDescription run, int index, ReadOnlyMemory<byte> bytes)
    {
        if (!_partial.TryGetValue(run.Root, out Dictionary<int, ReadOnlyMemory<byte>>? pieces))
            _partial.Add(run.Root, pieces = []);
        pieces[index] = bytes;
    }

    /// <summary>All pieces are there, so they say: the checkpoint is one like any other.</summary>
    public void EndFetch(Manifest manifest)
    {
        foreach (RunDescription run in manifest.Runs.Where(run => !_runs.ContainsKey(run.Root))) Complete(run);
        _fetched = null;
        _damaged.Clear();
        _latest = manifest;
        _merged.Clear();
        Keep(manifest);
    }

    /// <summary>Gives the service the state of a checkpoint.</summary>
    /// <returns>The replica's own records.</returns>
    public IReadOnlyList<StateRecord> Load(Manifest manifest, ServiceHost service)
    {
        if (manifest.Number == 0) return [];
        using RunMerge state = new(manifest.Runs.Select(run => new RunReader(Whole(run))), isBottom: true);
        using StateLoad load = service.BeginLoad();
        while (state.MoveNext()) load.Put(state);
        return load.Commit();
    }

    /// <summary>A run that is whole; null if there is none.</summary>
    public IRunBytes? Open(RunDescription run) => _runs.GetValueOrDefault(run.Root);

    /// <summary>One chunk of a run, with its path; null if there is none, or it is damaged.</summary>
    public Piece? ReadPiece(Digest root, int index) =>
        _runs.TryGetValue(root, out MemoryRun? run) && (uint)index < (uint)run.Tree.Leaves.Count && run.IsRight(index)
            ? new Piece(root, index, run.ChunkAt(index), run.Tree.Path(index))
            : null;

    /// <summary>The checkpoint is stable: older ones go, and the runs that none needs any more.</summary>
    /// <param name="stable">The checkpoint.</param>
    /// <param name="pinned">Those that stay; null: those of the last time.</param>
    public void Truncate(Instance stable, IReadOnlyList<Instance>? pinned)
    {
        _stable = Math.Max(_stable, stable.Value);
        _pinned = pinned ?? _pinned;
        DeleteOld();
    }

    /// <summary>Checkpoints above this one are of a state that is wrong.</summary>
    public void DeleteAbove(Instance kept)
    {
        foreach (long wrong in _manifests.Keys.Where(k => k > kept.Value).ToList()) _manifests.Remove(wrong);
    }

    /// <summary>A byte of the newest checkpoint is not what was written. False if there is none.</summary>
    public bool Damage(SimulationRandom random)
    {
        if (_manifests.Count == 0) return false;
        Digest root = random.Pick(_manifests.Last().Value.Runs).Root;
        if (!_runs.TryGetValue(root, out MemoryRun? run)) return false; // it was damaged before
        byte[] bytes = run.Bytes.ToArray();
        bytes[random.Next(bytes.Length)] ^= 0x10;
        _runs[root] = run with { Bytes = bytes };
        return true;
    }

    /// <summary>Nothing is left.</summary>
    public void Wipe()
    {
        _manifests.Clear();
        _runs.Clear();
        _partial.Clear();
        _merged.Clear();
        _damaged.Clear();
        _touched = null;
        _latest = Manifest.Initial;
        _fetched = null;
        _pinned = [];
        _stable = 0;
    }

    /// <summary>
    /// The newest checkpoint that is whole. What is right of damaged runs is kept, as if it had been fetched.
    /// </summary>
    /// <returns>It, and whether a newer one was damaged.</returns>
    public (Manifest Newest, bool IsLost) Recover()
    {
        _merged.Clear();
        _damaged.Clear();
        _touched = null;
        bool isLost = false;
        while (_manifests.Count > 0)
        {
            Manifest newest = _manifests.Last().Value;
            foreach (Digest root in newest.Runs.Select(static run => run.Root).Distinct())
            {
                if (_runs.TryGetValue(root, out MemoryRun? run) && !run.IsWhole) SetAside(root, run);
            }
            if (newest.Runs.All(run => _runs.ContainsKey(run.Root))) return (_latest = newest, isLost);
            _manifests.Remove(newest.Instance.Value);
            isLost = true;
        }
        return (_latest = Manifest.Initial, isLost);
    }

    private RunDescription? Merged(PlannedMerge merge) => _merged.Of(_latest, merge, () =>
    {
        using RunMerge merged = new(
            merge.InputsIn(_latest).Select(run => new RunReader(Whole(run))), merge.IsBottom);
        return WriteRun(merged, merge.Level);
    });

    private bool IsWhole(Digest root) => _runs.TryGetValue(root, out MemoryRun? run) && run.IsWhole;

    private MemoryRun Whole(RunDescription run) =>
        _runs.GetValueOrDefault(run.Root) ?? throw new RunDamagedException(run.Root, 0, "it was set aside");

    private void SetAside(Digest root, MemoryRun run)
    {
        _runs.Remove(root);
        _partial[root] = Enumerable.Range(0, run.Tree.Leaves.Count).Where(run.IsRight)
            .ToDictionary(static i => i, run.ChunkAt);
    }

    private void Complete(RunDescription run)
    {
        byte[] bytes = new byte[run.Bytes];
        if (!_partial.Remove(run.Root, out Dictionary<int, ReadOnlyMemory<byte>>? pieces))
            throw new InvalidOperationException($"The run {run.Root} was not fetched.");
        foreach ((int index, ReadOnlyMemory<byte> piece) in pieces)
            piece.Span.CopyTo(bytes.AsSpan(index * settings.ChunkBytes));
        MerkleTree tree = MerkleTree.Of(bytes, settings.ChunkBytes);
        if (tree.Root != run.Root)
            throw new InvalidOperationException($"What was fetched of the run {run.Root} is something else.");
        _runs[run.Root] = new MemoryRun(bytes, tree);
    }

    private RunDescription? WriteRun(RunCursor changes, int level)
    {
        MemoryStream bytes = new();
        MerkleTree? tree = RunWriter.Write(changes, settings.ChunkBytes, chunk => bytes.Write(chunk.Span));
        if (tree is null) return null;
        _runs[tree.Root] = new MemoryRun(bytes.ToArray(), tree);
        return new RunDescription(tree.Root, tree.SnapshotBytes, level);
    }

    private void Keep(Manifest manifest)
    {
        _manifests[manifest.Instance.Value] = manifest;
        DeleteOld();
    }

    private void DeleteOld()
    {
        if (_manifests.Count == 0) return; // what is there may be of use to a fetch
        long[] stable = [.. _manifests.Keys.Where(k => k <= _stable)];
        foreach (long old in stable.SkipLast(StableKept).Where(k => !_pinned.Contains(new Instance(k))))
            _manifests.Remove(old);
        if (_fetched?.Instance <= Newest) _fetched = null;
        foreach (Digest root in _partial.Keys.Where(root => _fetched is null && !_damaged.Contains(root)).ToList())
            _partial.Remove(root);
        IEnumerable<Manifest> kept = _fetched is null ? _manifests.Values : _manifests.Values.Append(_fetched);
        HashSet<Digest> roots = [.. kept.Append(_latest).SelectMany(static m => m.Runs).Select(static run => run.Root),
            .. _merged.Runs.Select(static run => run.Root)];
        if (_touched is not null) roots.Add(_touched.Root);
        foreach (Digest root in _runs.Keys.Where(root => !roots.Contains(root)).ToList()) _runs.Remove(root);
    }
}
