using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Storage;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly CheckpointHarness _harness = new(seed: 1);

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Checkpoints_are_restored_over_restarts_whatever_was_merged(long checkpointBytes)
    {
        using CheckpointHarness harness = new(seed: 2) { CheckpointBytes = checkpointBytes };
        for (int i = 0; i < 120; i++)
        {
            using CheckpointStore store = harness.Open();
            Assert.Equal(new Instance(harness.Count), harness.Restore(store).Instance);
            for (int more = i % 3; more >= 0; more--)
            {
                Manifest manifest = harness.Write(store);
                Assert.Equal(manifest.Instance, store.Newest);
                if (i % 2 == 0) store.MergeAhead(default);
                if (i % 5 == 0) store.DeleteBelow(store.Newest);
                harness.Load(store, manifest);
            }
        }
        Assert.InRange(harness.Count, 120, 1000);
    }

    /// <summary>Two replicas, one of which starts again and again, and merges at other times.</summary>
    [Fact]
    public void Restarts_change_no_manifest()
    {
        using CheckpointHarness other = new(seed: 1);
        using CheckpointStore running = other.Open();
        for (int i = 0; i < 100; i++)
        {
            using CheckpointStore store = _harness.Restart();
            Manifest manifest = _harness.Write(store);
            Assert.Equal(manifest, other.Write(running));
            if (i % 2 == 0) running.MergeAhead(default);
            else store.MergeAhead(default);
        }
    }

    [Fact]
    public void A_piece_proves_itself_and_there_is_none_beyond_the_end_or_of_another_run()
    {
        using CheckpointStore store = _harness.Open();
        Manifest manifest = _harness.WriteMany(store, 9)[^1];
        foreach ((RunDescription run, Piece piece) in CheckpointHarness.PiecesOf(store, manifest))
        {
            Assert.Equal(run.Root, piece.Run);
            Assert.True(MerkleTree.Verify(
                run.Root, run.Bytes, CheckpointHarness.ChunkBytes, piece.Index, piece.Bytes.Span, piece.Path));
        }
        Digest root = manifest.Runs[0].Root;
        Assert.Null(store.ReadPiece(root, -1));
        Assert.Null(store.ReadPiece(
            root, (int)MerkleTree.ChunkCount(manifest.Runs[0].Bytes, CheckpointHarness.ChunkBytes)));
        Assert.Null(store.ReadPiece(default, 0));
    }

    [Fact]
    public void A_piece_that_the_disk_damaged_is_not_sent_to_anyone()
    {
        using CheckpointStore store = _harness.Open();
        Manifest manifest = Large(store, 1);
        Digest root = manifest.Runs[0].Root;
        LogHarness.FlipBit(_harness.Directory.At(RunFile.FileName(root)), 100);
        Assert.NotNull(store.ReadPiece(root, 0));
        Assert.Null(store.ReadPiece(root, 1));
    }

    [Fact]
    public void Two_stable_checkpoints_stay_and_those_that_are_newer_or_pinned_and_their_runs_alone()
    {
        using CheckpointStore store = _harness.Open();
        List<Manifest> manifests = _harness.WriteMany(store, 30);
        store.Pin([new Instance(3), new Instance(7)]);
        store.DeleteBelow(new Instance(25));
        AssertKept(manifests, 3, 7, 24, 25, 26, 27, 28, 29, 30);

        store.Pin([]);
        store.DeleteBelow(new Instance(25));
        AssertKept(manifests, 24, 25, 26, 27, 28, 29, 30);
        store.DeleteBelow(new Instance(1000));
        AssertKept(manifests, 29, 30);
        _harness.Load(store, manifests[^1]);
        _harness.Load(store, manifests[^2]);
    }

    [Fact]
    public void What_was_merged_ahead_stays_until_it_is_due()
    {
        using CheckpointHarness harness = new(seed: 3) { CheckpointBytes = 1 };
        using CheckpointStore store = harness.Open();
        Manifest manifest = harness.Write(store, changes: 200);
        while (manifest.Merges.Count == 0 || manifest.Merges[0].Due < manifest.Number + 3)
            manifest = harness.Write(store, changes: 200);
        int runs = harness.Files("*.run").Length;
        while (harness.Files("*.run").Length <= runs && manifest.Merges.Count > 0)
        {
            runs = harness.Files("*.run").Length;
            store.MergeAhead(default);
            string[] ahead = harness.Files("*.run");
            store.DeleteBelow(new Instance(0));
            Assert.Equal(ahead, harness.Files("*.run"));
            if (ahead.Length > runs) return;
            runs++; // the run that comes with the next checkpoint
            manifest = harness.Write(store, changes: 1);
        }
        Assert.Fail("Nothing was merged ahead.");
    }

    [Fact]
    public void A_run_that_is_being_read_stays_readable_when_it_is_deleted()
    {
        using CheckpointStore store = _harness.Open();
        Manifest first = Large(store, 1);
        string path = _harness.Directory.At(RunFile.FileName(first.Runs[0].Root));
        using RunStore runs = new(
            _harness.Directory.Path, CheckpointHarness.Owner, CheckpointHarness.ChunkBytes, flushes: false,
            new DamageLog().Damage);
        runs.OpenAll(new Dictionary<string, RunDescription>());
        using RunReader reader = new(runs.Borrow(first.Runs[0].Root)!);
        Assert.True(reader.MoveNext());
        runs.DeleteExcept(static () => new HashSet<Digest>());
        Assert.False(File.Exists(path));
        Assert.Null(runs.Borrow(first.Runs[0].Root));
        Assert.Equal(LargeRecords - 1, Change.AllOf(reader).Count);
    }

    [Fact]
    public void What_a_crash_left_is_deleted_and_what_is_there_stays()
    {
        using (CheckpointStore store = _harness.Open()) _harness.WriteMany(store, 3);
        string[] before = _harness.Files();
        File.WriteAllText(_harness.Directory.At("run.tmp"), "half a run");
        File.WriteAllText(_harness.Directory.At(ManifestFile.FileName(new Instance(4)) + ".new"), "half a manifest");
        using CheckpointStore restarted = _harness.Open();
        Assert.Equal(before, _harness.Files());
        Assert.Equal(new Instance(3), _harness.Restore(restarted).Instance);
    }

    [Fact]
    public void A_checkpoint_that_was_written_halfway_is_not_there_and_its_runs_go()
    {
        using (CheckpointStore store = _harness.Open()) _harness.WriteMany(store, 6);
        File.Delete(_harness.Directory.At(ManifestFile.FileName(new Instance(6))));
        using CheckpointStore restarted = _harness.Open();
        Manifest restored = _harness.Restore(restarted);
        Assert.Equal(new Instance(5), restored.Instance);
        restarted.DeleteBelow(new Instance(5));
        string[] expected = [.. Enumerable.Range(4, 2).SelectMany(i => RunsOf(restarted, i)).Distinct().Order()];
        Assert.Equal(expected, _harness.Files("*.run"));
    }

    [Theory]
    [InlineData("*.run")]
    [InlineData("*.manifest")]
    public void A_file_of_another_owner_is_refused_and_nothing_is_changed(string pattern)
    {
        using (CheckpointStore store = _harness.Open()) _harness.WriteMany(store, 3);
        foreach (string file in _harness.Files().Except(_harness.Files(pattern)))
            File.Delete(_harness.Directory.At(file));
        string[] before = _harness.Files();
        DataOwner another = new("another", new ReplicaId(0));
        StorageException e = Assert.Throws<StorageException>(
            () => CheckpointStore.Open(_harness.Directory.Path, another, _harness.Settings, new DamageLog().Damage));
        Assert.Contains("replica 0 of cluster another", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, _harness.Files());
    }

    [Theory]
    [InlineData("run.tmp")]
    [InlineData("0000000000000001.manifest.new")]
    public void A_full_disk_is_an_error_that_says_so(string file)
    {
        using CheckpointStore store = _harness.Open();
        File.CreateSymbolicLink(_harness.Directory.At(file), "/dev/full");
        StorageException e = Assert.Throws<StorageException>(() => _harness.Write(store));
        Assert.Contains("disk is full", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_during_a_fetch_is_an_error_that_says_so()
    {
        using CheckpointStore store = _harness.Open();
        RunDescription run = new(Digest.Of([1]), 100, 0);
        store.BeginFetch(new Manifest(1, new Instance(1), [run], []), default);
        File.CreateSymbolicLink(_harness.Directory.At(PartialRun.FileName(run.Root, run.Bytes)), "/dev/full");
        StorageException e = Assert.Throws<StorageException>(() => store.StorePiece(run, 0, new byte[64]));
        Assert.Contains("disk is full", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_can_be_cancelled_and_leaves_the_checkpoint_before()
    {
        using CheckpointStore store = _harness.Open();
        Manifest first = _harness.Write(store);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => store.Write(new Instance(2), new ListedChanges([Change.Put("\u0001x", "y")]), cancelled.Token));
        Assert.Equal(first.Instance, store.Newest);
        _harness.Load(store, first);
    }

    [Fact]
    public void Reading_while_checkpoints_are_written_and_deleted_never_fails_and_never_gives_wrong_bytes()
    {
        const int Rounds = 150;
        using CheckpointStore store = _harness.Open();
        List<Manifest> manifests = [_harness.Write(store)];
        int read = 0, done = 0;
        void ReadAll()
        {
            Random random = new(1);
            while (Volatile.Read(ref done) == 0)
            {
                Manifest manifest;
                lock (manifests) manifest = manifests[random.Next(Math.Max(0, manifests.Count - 5), manifests.Count)];
                RunDescription run = manifest.Runs[random.Next(manifest.Runs.Count)];
                int index = random.Next((int)MerkleTree.ChunkCount(run.Bytes, CheckpointHarness.ChunkBytes));
                if (store.ReadPiece(run.Root, index) is not { } piece) continue;
                Interlocked.Increment(ref read);
                Assert.True(MerkleTree.Verify(
                    run.Root, run.Bytes, CheckpointHarness.ChunkBytes, index, piece.Bytes.Span, piece.Path));
            }
        }
        void WriteAll()
        {
            try
            {
                for (int i = 0; i < Rounds; i++)
                {
                    Manifest manifest = _harness.Write(store);
                    lock (manifests) manifests.Add(manifest);
                    store.MergeAhead(default);
                    store.DeleteBelow(store.Newest);
                }
            }
            finally
            {
                Volatile.Write(ref done, 1);
            }
        }
        Parallel.Invoke(ReadAll, ReadAll, WriteAll);
        Assert.NotEqual(0, read);
        _harness.Load(store, manifests[^1]);
    }

    private const int LargeRecords = 20;

    private static Manifest Large(CheckpointStore store, int instance) => store.Write(
        new Instance(instance),
        new ListedChanges(Enumerable.Range(10, LargeRecords).Select(
            static i => Change.Put($"\u0001{i}", new string('v', 50)))),
        default)!;

    private void AssertKept(List<Manifest> manifests, params int[] instances)
    {
        Assert.Equal(
            instances.Select(static i => ManifestFile.FileName(new Instance(i))), _harness.Files("*.manifest"));
        HashSet<string> needed =
            [.. instances.SelectMany(i => manifests[i - 1].Runs).Select(static run => RunFile.FileName(run.Root))];
        string[] runs = _harness.Files("*.run");
        Assert.Subset(runs.ToHashSet(), needed);
        // Beyond them only what was merged ahead.
        Assert.InRange(runs.Length, needed.Count, needed.Count + manifests[^1].Merges.Count);
    }

    private IEnumerable<string> RunsOf(CheckpointStore store, int instance)
    {
        string path = _harness.Directory.At(ManifestFile.FileName(new Instance(instance)));
        Assert.True(ManifestFile.TryRead(path, out Manifest? manifest, out _));
        Assert.All(manifest.Runs, run => Assert.NotNull(store.ReadPiece(run.Root, 0)));
        return manifest.Runs.Select(static run => RunFile.FileName(run.Root));
    }
}
