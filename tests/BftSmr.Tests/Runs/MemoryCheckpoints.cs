using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Tests.Runs;

/// <summary>Checkpoints on a disk that is never damaged and never full: manifests and runs, which all stay.</summary>
internal sealed class MemoryCheckpoints(ReplicaSettings settings)
{
    private readonly MergePolicy _policy = new(settings.CheckpointBytes);
    private readonly Dictionary<Digest, MemoryRun> _runs = [];
    private readonly Dictionary<Digest, byte[]> _fetched = [];
    private readonly Dictionary<string, RunDescription?> _merged = [];

    public Manifest Latest { get; private set; } = Manifest.Initial;

    public Manifest Write(Instance instance, RunCursor touched) =>
        Latest = _policy.Next(Latest, instance, Write(touched, level: 0), Merge);

    /// <summary>What is missing of a checkpoint.</summary>
    public IReadOnlyList<MissingRun> BeginFetch(Manifest manifest)
    {
        MissingRun[] missing =
            [.. manifest.Runs.Where(run => !_runs.ContainsKey(run.Root)).Select(static r => new MissingRun(r, []))];
        foreach (MissingRun run in missing) _fetched[run.Run.Root] = new byte[run.Run.Bytes];
        return missing;
    }

    public void StorePiece(StorePieceEffect piece) =>
        piece.Bytes.Span.CopyTo(_fetched[piece.Run.Root].AsSpan(piece.Index * settings.ChunkBytes));

    /// <summary>All pieces are here: gives the service the state.</summary>
    /// <returns>The replica's own records.</returns>
    public IReadOnlyList<StateRecord> Install(Manifest manifest, ServiceHost service)
    {
        foreach ((Digest root, byte[] bytes) in _fetched)
        {
            MemoryRun run = new(bytes, settings.ChunkBytes);
            Assert.Equal(root, run.Tree.Root);
            _runs[root] = run;
        }
        _fetched.Clear();
        Latest = manifest;
        return Load(manifest, service);
    }

    public IReadOnlyList<StateRecord> Load(Manifest manifest, ServiceHost service)
    {
        using RunMerge state = Merged(manifest.Runs, isBottom: true);
        using StateLoad load = service.BeginLoad();
        while (state.MoveNext()) load.Put(state);
        return load.Commit();
    }

    public Piece? ReadPiece(Digest run, int index) => _runs.TryGetValue(run, out MemoryRun? found)
        ? new Piece(run, index, found.ChunkAt(index), found.Tree.Path(index))
        : null;

    /// <summary>Makes the merges whose time has come.</summary>
    public void MergeAhead()
    {
        foreach (PlannedMerge merge in Latest.Merges)
        {
            long begin = _policy.BeginsAt(Latest, merge, settings.Self, settings.Quorums.Replicas);
            if (Latest.Number >= begin) Merge(merge);
        }
    }

    /// <summary>The state of the latest checkpoint.</summary>
    public List<Change> Records()
    {
        using RunMerge state = Merged(Latest.Runs, isBottom: true);
        return Change.AllOf(state);
    }

    private RunDescription? Merge(PlannedMerge merge)
    {
        string name = merge.NameIn(Latest);
        if (_merged.TryGetValue(name, out RunDescription? known)) return known;
        using RunMerge merged = Merged(merge.InputsIn(Latest), merge.IsBottom);
        return _merged[name] = Write(merged, merge.Level);
    }

    private RunMerge Merged(IEnumerable<RunDescription> runs, bool isBottom) =>
        new(runs.Select(run => new RunReader(_runs[run.Root])), isBottom);

    private RunDescription? Write(RunCursor changes, int level)
    {
        if (MemoryRun.Of(changes, settings.ChunkBytes) is not { } run) return null;
        _runs[run.Tree.Root] = run;
        return new RunDescription(run.Tree.Root, run.Bytes.Length, level);
    }
}
