using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;

namespace BftSmr.Tests.Storage;

/// <summary>A store that takes the pieces of another one's checkpoints.</summary>
public sealed class FetchedCheckpointTests : IDisposable
{
    private readonly CheckpointHarness _source = new(seed: 21), _target = new(seed: 22);
    private readonly CheckpointStore _peer;
    private readonly List<Manifest> _manifests;

    public FetchedCheckpointTests()
    {
        _peer = _source.Open();
        _manifests = _source.WriteMany(_peer, 20);
    }

    private Manifest Newest => _manifests[^1];

    public void Dispose()
    {
        _peer.Dispose();
        _source.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pieces_stored_in_any_order_over_restarts_become_the_checkpoint(int seed)
    {
        List<(RunDescription Run, Piece Piece)> pieces = CheckpointHarness.PiecesOf(_peer, Newest);
        Random random = new(seed);
        (RunDescription Run, Piece Piece)[] order = [.. pieces];
        random.Shuffle(order);
        for (int stored = 0; stored < order.Length;)
        {
            using CheckpointStore store = _target.Restart();
            List<(Digest Run, int Index)> lacking = CheckpointHarness.Lacking(store.BeginFetch(Newest, default));
            Assert.Equal(
                order[stored..].Select(static p => (p.Run.Root, p.Piece.Index)).Order(), lacking.Order());
            int end = Math.Min(order.Length, stored + random.Next(1, 4));
            while (stored < end) Store(store, order[stored++]);
        }
        using (CheckpointStore store = _target.Restart())
        {
            Assert.Empty(CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
            Complete(store, Newest);
            Assert.Empty(_target.Files("*.part"));
        }
        using CheckpointStore last = _target.Open();
        Assert.Equal(Newest.Instance, last.Newest);
        _source.Load(last, Newest);
    }

    [Fact]
    public void Runs_at_hand_are_not_missing()
    {
        using CheckpointStore store = _target.Open();
        FetchAll(store, _manifests[9]);
        Complete(store, _manifests[9]);
        HashSet<RunDescription> here = [.. _manifests[9].Runs];
        IReadOnlyList<MissingRun> missing = store.BeginFetch(Newest, default);
        Assert.Equal(
            Newest.Runs.Distinct().Where(run => !here.Contains(run)), missing.Select(static m => m.Run));
        Assert.All(missing, static m => Assert.Empty(m.Chunks));
        store.DeleteBelow(new Instance(1000)); // of the checkpoint that is there, and for the one that is fetched
        FetchAll(store, Newest);
        Complete(store, Newest);
        Assert.Empty(store.BeginFetch(Newest, default));
    }

    [Fact]
    public void After_a_fetch_the_replica_goes_on_as_the_others_do()
    {
        // The same random changes as at the source; what is on its disk is fetched.
        using CheckpointHarness twin = new(seed: 21);
        using (CheckpointStore before = twin.Open()) twin.WriteMany(before, 20);
        foreach (string file in twin.Files()) File.Delete(twin.Directory.At(file));
        using CheckpointStore store = twin.Open();
        FetchAll(store, Newest);
        Complete(store, Newest);
        for (int i = 0; i < 60; i++)
        {
            Manifest manifest = twin.Write(store);
            Assert.Equal(_source.Write(_peer), manifest);
            if (i % 3 == 0) store.MergeAhead(default);
            twin.Load(store, manifest);
        }
    }

    [Fact]
    public void A_checkpoint_with_a_piece_missing_is_not_completed_and_the_others_are_of_use()
    {
        using CheckpointStore store = _target.Open();
        List<(RunDescription Run, Piece Piece)> pieces = CheckpointHarness.PiecesOf(_peer, Newest);
        int missing = pieces.FindIndex(p => p.Run.Bytes > 3 * CheckpointHarness.ChunkBytes && p.Piece.Index == 1);
        store.BeginFetch(Newest, default);
        for (int i = 0; i < pieces.Count; i++)
        {
            if (i != missing) Store(store, pieces[i]);
        }
        Assert.False(store.TryCompleteFetch(Newest, default));
        Assert.Equal(Instance.Zero, store.Newest);
        Assert.Equal(
            [(pieces[missing].Run.Root, 1)], CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
        Store(store, pieces[missing]);
        Complete(store, Newest);
    }

    [Fact]
    public void A_piece_that_the_disk_damaged_is_found_before_the_load_and_fetched_again()
    {
        using CheckpointStore store = _target.Open(_target.Directory, out DamageLog damaged);
        FetchAll(store, Newest);
        RunDescription run = Newest.Runs[0];
        LogHarness.FlipBit(_target.Directory.At(PartialRun.FileName(run.Root, run.Bytes)), 5);
        Assert.False(store.TryCompleteFetch(Newest, default));
        Assert.Contains(run.Root.ToString(), Assert.Single(damaged.Files), StringComparison.Ordinal);
        Assert.Equal([(run.Root, 0)], CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
        FetchAll(store, Newest);
        Complete(store, Newest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_peer_that_offers_an_older_checkpoint_takes_nothing_away(int sent)
    {
        List<(RunDescription Run, Piece Piece)> pieces = CheckpointHarness.PiecesOf(_peer, Newest);
        HashSet<(Digest, int)> rest = [.. pieces.Skip(5).Select(static p => (p.Run.Root, p.Piece.Index))];
        using (CheckpointStore store = _target.Open())
        {
            store.BeginFetch(Newest, default);
            foreach ((RunDescription, Piece) piece in pieces.Take(5)) Store(store, piece);
            foreach (Manifest older in (Manifest[])[_manifests[7], _manifests[6], _manifests[8]])
            {
                store.BeginFetch(older, default);
                foreach ((RunDescription, Piece) piece in CheckpointHarness.PiecesOf(_peer, older).Take(sent))
                    Store(store, piece);
            }
            Assert.Subset(rest, CheckpointHarness.Lacking(store.BeginFetch(Newest, default)).ToHashSet());
        }
        using CheckpointStore restarted = _target.Open();
        Assert.Subset(rest, CheckpointHarness.Lacking(restarted.BeginFetch(Newest, default)).ToHashSet());
    }

    [Fact]
    public void Only_the_runs_of_two_checkpoints_begun_take_disk_however_many_are_offered()
    {
        using CheckpointStore store = _target.Open();
        foreach (int number in (int[])[19, 3, 15, 6, 18, 1])
        {
            FetchAll(store, _manifests[number]);
            HashSet<string> allowed =
            [
                .. _manifests[number].Runs.Concat(Newest.Runs)
                    .Select(static run => PartialRun.FileName(run.Root, run.Bytes)),
            ];
            Assert.Subset(allowed, _target.Files("*.part").ToHashSet());
        }
    }

    [Fact]
    public void What_was_begun_and_is_not_needed_any_more_is_deleted()
    {
        using CheckpointStore store = _target.Open();
        FetchAll(store, _manifests[2]);
        store.DropOldFetch();
        Assert.NotEmpty(_target.Files("*.part"));
        for (int i = 0; i < 5; i++) _target.Write(store); // beyond what is being fetched
        store.DropOldFetch();
        Assert.Empty(_target.Files("*.part"));
        _target.Write(store);
    }

    [Fact]
    public void A_checkpoint_of_any_size_takes_no_memory_and_no_disk_before_it_comes()
    {
        RunDescription[] runs = [.. Enumerable.Range(0, 10).Select(
            static i => new RunDescription(Digest.Of([(byte)i]), long.MaxValue / 64, 0))];
        Manifest manifest = new(1, new Instance(9), runs, []);
        using CheckpointStore store = _target.Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(10, store.BeginFetch(manifest, default).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Empty(_target.Files());
    }

    [Fact]
    public void Two_runs_of_the_same_changes_are_fetched_once()
    {
        RunDescription run = Newest.Runs[0];
        Manifest twice = new(1, new Instance(9), [run, run with { Level = run.Level + 1 }], []);
        using CheckpointStore store = _target.Open();
        Assert.Equal(run, Assert.Single(store.BeginFetch(twice, default)).Run);
        FetchAll(store, twice);
        Assert.True(store.TryCompleteFetch(twice, default));
    }

    /// <summary>As a replica does it: what is fetched is stored while old checkpoints are deleted.</summary>
    [Fact]
    public void Storing_reading_and_deleting_at_a_time_never_fail()
    {
        using CheckpointStore store = _target.Open();
        Digest root = Newest.Runs[0].Root;
        int done = 0;
        void Read()
        {
            while (Volatile.Read(ref done) == 0)
            {
                if (store.ReadPiece(root, 0) is { } piece)
                    Assert.Equal(_peer.ReadPiece(root, 0)!.Bytes.ToArray(), piece.Bytes.ToArray());
            }
        }
        void Delete()
        {
            while (Volatile.Read(ref done) == 0) store.DeleteBelow(store.Newest);
        }
        void Fetch()
        {
            try
            {
                for (int i = 0; i < 20; i++)
                {
                    store.BeginFetch(_manifests[i], default);
                    foreach ((RunDescription, Piece) piece in CheckpointHarness.PiecesOf(_peer, _manifests[i]))
                        Store(store, piece);
                }
            }
            finally
            {
                Volatile.Write(ref done, 1);
            }
        }
        Parallel.Invoke(Read, Delete, Fetch);
        store.BeginFetch(Newest, default);
        FetchAll(store, Newest);
        Complete(store, Newest);
    }

    private static void Store(CheckpointStore store, (RunDescription Run, Piece Piece) piece) =>
        store.StorePiece(piece.Run, piece.Piece.Index, piece.Piece.Bytes);

    /// <summary>Begins, and stores all that is missing.</summary>
    private void FetchAll(CheckpointStore store, Manifest manifest)
    {
        List<(Digest Run, int Index)> lacking = CheckpointHarness.Lacking(store.BeginFetch(manifest, default));
        foreach ((RunDescription Run, Piece Piece) piece in CheckpointHarness.PiecesOf(_peer, manifest))
        {
            if (lacking.Contains((piece.Run.Root, piece.Piece.Index))) Store(store, piece);
        }
    }

    private void Complete(CheckpointStore store, Manifest manifest)
    {
        Assert.True(store.TryCompleteFetch(manifest, default));
        _source.Load(store, manifest);
        store.EndFetch(manifest);
        Assert.Equal(manifest.Instance, store.Newest);
    }
}
