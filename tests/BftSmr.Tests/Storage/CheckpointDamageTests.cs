using System.Collections.Concurrent;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Storage;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Storage;

/// <summary>
/// Disks that give other bytes than were written. Never is a wrong state loaded: it is that of an older checkpoint, or
/// none.
/// </summary>
public sealed class CheckpointDamageTests : IDisposable
{
    private readonly CheckpointHarness _harness = new(seed: 11);
    private readonly List<Manifest> _manifests;
    private readonly List<(RunDescription Run, Piece Piece)> _pieces;

    public CheckpointDamageTests()
    {
        using CheckpointStore store = _harness.Open();
        _manifests = _harness.WriteMany(store, 12);
        store.DeleteBelow(new Instance(12));
        _pieces = CheckpointHarness.PiecesOf(store, Newest);
    }

    private Manifest Newest => _manifests[^1];

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void A_byte_of_a_run_costs_one_piece_and_of_hashes_and_trailer_nothing()
    {
        foreach (RunDescription run in Newest.Runs)
        {
            string name = RunFile.FileName(run.Root);
            long length = new FileInfo(_harness.Directory.At(name)).Length;
            for (long at = 0; at < length; at += at < run.Bytes ? 5 : 3)
            {
                using TemporaryDirectory copy = _harness.Directory.Copy();
                LogHarness.FlipBit(copy.At(name), at, (int)(at % 8));
                using CheckpointStore store = _harness.Open(copy, out DamageLog damaged);
                Manifest restored = _harness.Restore(store);

                int chunk = (int)(at / CheckpointHarness.ChunkBytes);
                bool isIndex = at >= run.Bytes;
                long told = isIndex ? run.Bytes : (long)chunk * CheckpointHarness.ChunkBytes;
                Assert.Equal((copy.At(name), told), Assert.Single(damaged.Found));
                Assert.Equal(isIndex ? [copy.At(name)] : [], damaged.Mended);
                Assert.Equal(isIndex, restored.Instance == Newest.Instance);
                List<(Digest Run, int Index)> lacking =
                    CheckpointHarness.Lacking(store.BeginFetch(Newest, default));
                Assert.Equal(isIndex ? [] : [(run.Root, chunk)], lacking);
                Fetch(store, lacking);
                Assert.True(store.TryCompleteFetch(Newest, default), $"{name} at {at}");
                _harness.Load(store, Newest);
                store.EndFetch(Newest);
                Assert.Equal(Newest.Instance, store.Newest);
                Assert.Equal([copy.At(name)], damaged.Mended);
                Assert.Equal((1, 1), (damaged.Damage.Found, damaged.Damage.Mended));
            }
        }
    }

    [Fact]
    public void A_byte_of_a_manifest_costs_the_manifest_and_nothing_else()
    {
        string name = ManifestFile.FileName(Newest.Instance);
        long length = new FileInfo(_harness.Directory.At(name)).Length;
        for (long at = 0; at < length; at++)
        {
            using TemporaryDirectory copy = _harness.Directory.Copy();
            LogHarness.FlipBit(copy.At(name), at, (int)(at % 8));
            using CheckpointStore store = _harness.Open(copy, out DamageLog damaged);
            Assert.Equal([copy.At(name)], damaged.Files);
            Assert.True(File.Exists(copy.At(name) + ".corrupt"));
            Assert.Equal(_manifests[^2], _harness.Restore(store));
            Assert.Empty(store.BeginFetch(Newest, default));
            Assert.True(store.TryCompleteFetch(Newest, default));
            _harness.Load(store, Newest);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_not_used()
    {
        foreach (string name in _harness.Files())
        {
            byte[] whole = File.ReadAllBytes(_harness.Directory.At(name));
            for (int length = 0; length < whole.Length; length += 1 + whole.Length / 20)
            {
                using TemporaryDirectory copy = _harness.Directory.Copy();
                File.WriteAllBytes(copy.At(name), whole[..length]);
                using CheckpointStore store = _harness.Open(copy, out DamageLog damaged);
                Assert.Equal([copy.At(name)], damaged.Files);
                _harness.Restore(store);
                Fetch(store, CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
                Assert.True(store.TryCompleteFetch(Newest, default), $"{name} cut to {length}");
                _harness.Load(store, Newest);
            }
        }
    }

    [Fact]
    public void A_file_that_is_gone_or_has_the_name_of_another_is_not_used()
    {
        string[] runs = _harness.Files("*.run");
        foreach (string name in runs)
        {
            using TemporaryDirectory copy = _harness.Directory.Copy();
            File.Delete(copy.At(name));
            using (CheckpointStore store = _harness.Open(copy, out DamageLog damaged))
                _harness.Restore(store);

            File.Copy(_harness.Directory.At(runs.First(other => other != name)), copy.At(name));
            using CheckpointStore again = _harness.Open(copy, out DamageLog wrong);
            Assert.Equal([copy.At(name)], wrong.Files);
            _harness.Restore(again);
        }
        string manifest = ManifestFile.FileName(Newest.Instance);
        File.Move(
            _harness.Directory.At(manifest), _harness.Directory.At(ManifestFile.FileName(Newest.Instance + 1)));
        using CheckpointStore renamed = _harness.Open(_harness.Directory, out DamageLog bad);
        Assert.Single(bad.Files);
        Assert.Equal(_manifests[^2], _harness.Restore(renamed));
    }

    [Fact]
    public void Where_every_checkpoint_is_damaged_none_is_restored_and_all_that_is_right_is_of_use()
    {
        foreach (string name in _harness.Files("*.run")) LogHarness.FlipBit(_harness.Directory.At(name), 3);
        using CheckpointStore store = _harness.Open(_harness.Directory, out DamageLog damaged);
        Assert.Equal(Manifest.Initial, _harness.Restore(store));
        Assert.Equal(Instance.Zero, store.Newest);
        store.DeleteBelow(new Instance(1000));
        store.DropOldFetch();
        Assert.Equal(
            Newest.Runs.Select(static run => (run.Root, 0)),
            CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
    }

    /// <summary>An older checkpoint is loaded, and the replica goes on before it hears of a newer one.</summary>
    [Fact]
    public void What_is_right_of_a_damaged_run_is_of_use_after_work_that_came_before_the_fetch()
    {
        RunDescription only = Newest.Runs.First(run => !_manifests[^2].Runs.Contains(run));
        LogHarness.FlipBit(_harness.Directory.At(RunFile.FileName(only.Root)), 3);
        using CheckpointStore store = _harness.Open(_harness.Directory, out DamageLog damaged);
        Assert.Equal(_manifests[^2], _harness.Restore(store));
        store.DropOldFetch();
        Assert.Equal([(only.Root, 0)], CheckpointHarness.Lacking(store.BeginFetch(Newest, default)));
    }

    [Fact]
    public void A_disk_that_gives_other_bytes_after_the_check_is_an_error_that_says_so()
    {
        using CheckpointStore store = _harness.Restart();
        LogHarness.FlipBit(_harness.Directory.At(RunFile.FileName(Newest.Runs[0].Root)), 3);
        StorageException e = Assert.Throws<StorageException>(() => _harness.Load(store, Newest));
        Assert.Contains("Replace it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_damaged_when_it_is_merged_is_told_and_waited_for_and_mended()
    {
        using CheckpointStore store = _harness.Restart();
        BlockingCollection<RunDescription> found = [];
        store.RunDamaged = found.Add;
        foreach (RunDescription run in Newest.Runs)
            LogHarness.FlipBit(_harness.Directory.At(RunFile.FileName(run.Root)), 3);
        Task writing = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++) _harness.WriteMany(store, 1);
            found.CompleteAdding();
        });
        int mended = 0;
        foreach (RunDescription run in found.GetConsumingEnumerable())
        {
            MissingRun missing = store.FindMissing(run, default)!;
            Assert.DoesNotContain(0, missing.Chunks);
            foreach ((RunDescription of, Piece piece) in _pieces.Where(p => p.Run.Root == run.Root))
            {
                if (!missing.Chunks.Contains(piece.Index)) store.StorePiece(run, piece.Index, piece.Bytes);
            }
            Assert.True(store.TryMend(run));
            mended++;
        }
        await writing.WaitAsync(Patience.Time);
        Assert.NotEqual(0, mended);
    }

    [Fact]
    public void Reading_all_runs_again_and_again_finds_each_that_is_damaged_once()
    {
        using CheckpointStore store = _harness.Open(_harness.Directory, out DamageLog told);
        _harness.Restore(store);
        List<Digest> found = [];
        store.RunDamaged = run => found.Add(run.Root);
        using Scrubber scrubber = new(store.Scrub);
        scrubber.Scrub(1 << 20, default);
        Assert.Empty(found);
        RunDescription damaged = Newest.Runs[^1];
        string file = _harness.Directory.At(RunFile.FileName(damaged.Root));
        LogHarness.FlipBit(file, 3);

        for (int i = 0; i < 50; i++) scrubber.Scrub(CheckpointHarness.ChunkBytes, default);
        scrubber.Scrub(1 << 20, default);

        Assert.Equal([damaged.Root], found);
        Assert.Equal([(file, 0)], told.Found);
        Assert.Null(store.ReadPiece(damaged.Root, 0));
        Assert.NotNull(store.FindMissing(damaged, default));
    }

    [Fact]
    public void Hashes_and_trailer_that_are_damaged_while_the_run_is_open_are_written_again()
    {
        using CheckpointStore store = _harness.Open(_harness.Directory, out DamageLog told);
        _harness.Restore(store);
        RunDescription run = Newest.Runs[^1];
        string file = _harness.Directory.At(RunFile.FileName(run.Root));
        byte[] whole = File.ReadAllBytes(file);
        for (long at = run.Bytes; at < whole.Length; at++)
        {
            LogHarness.FlipBit(file, at, (int)(at % 8));
            foreach (long _ in store.Scrub()) { }
            Assert.Equal((file, at), told.Found[^1]);
            Assert.Equal(whole, File.ReadAllBytes(file));
        }
        Assert.Equal(told.Damage.Found, told.Damage.Mended);
    }

    [Fact]
    public void A_manifest_that_is_damaged_is_told_once_and_written_again_unless_it_was_deleted()
    {
        using CheckpointStore store = _harness.Open(_harness.Directory, out DamageLog told);
        _harness.Restore(store);
        List<Manifest> found = [];
        store.ManifestDamaged = found.Add;
        string file = _harness.Directory.At(ManifestFile.FileName(Newest.Instance));
        string older = _harness.Directory.At(ManifestFile.FileName(_manifests[^2].Instance));
        byte[] whole = File.ReadAllBytes(file);
        LogHarness.FlipBit(file, 20);
        File.Delete(older);
        foreach (long _ in store.Scrub().Concat(store.Scrub())) { }
        Assert.Equal([(older, 0), (file, 20)], told.Found);

        _harness.WriteMany(store, 1);
        store.DeleteBelow(Newest.Instance + 1); // the older one is not needed any more
        foreach (Manifest manifest in found) store.RestoreManifest(manifest);
        Assert.Equal(whole, File.ReadAllBytes(file));
        Assert.False(File.Exists(older));
        Assert.Equal((2, 2), (told.Damage.Found, told.Damage.Mended));
    }

    [Fact]
    public async Task What_waits_for_a_run_is_given_up_when_the_state_is_replaced_and_only_then()
    {
        using CheckpointStore store = _harness.Restart();
        using ManualResetEventSlim found = new();
        store.RunDamaged = _ => found.Set();
        foreach (RunDescription run in Newest.Runs)
            LogHarness.FlipBit(_harness.Directory.At(RunFile.FileName(run.Root)), 3);
        Task<bool> writing = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (store.Write(Newest.Instance + (i + 1), new ListedChanges([Change.Put("\u0001k", $"{i}")]), default)
                    is null) return true;
            }
            return false;
        });
        Assert.True(found.Wait(Patience.Time));
        store.BeginFetch(Newest, default); // a fetch may yet come to nothing
        Assert.False(writing.IsCompleted);

        store.GiveUpWaiting();
        Assert.True(await writing.WaitAsync(Patience.Time));
        Assert.Null(store.Write(Newest.Instance + 200, new ListedChanges([]), default));
        Assert.Contains(
            "Replace it",
            Assert.Throws<StorageException>(() => store.TryCompleteFetch(Newest, default)).Message,
            StringComparison.Ordinal);

        Fetch(store, [.. _pieces.Select(static p => (p.Run.Root, p.Piece.Index))]);
        Assert.True(store.TryCompleteFetch(Newest, default));
        store.EndFetch(Newest);
        Assert.NotNull(store.Write(Newest.Instance + 201, new ListedChanges([]), default));
    }

    private void Fetch(CheckpointStore store, List<(Digest Run, int Index)> lacking)
    {
        foreach ((RunDescription run, Piece piece) in _pieces)
        {
            if (lacking.Contains((run.Root, piece.Index))) store.StorePiece(run, piece.Index, piece.Bytes);
        }
    }
}
