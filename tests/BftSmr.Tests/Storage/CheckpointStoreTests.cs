using System.Text;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Storage;
using BftSmr.Tests.Hosting;

namespace BftSmr.Tests.Storage;

public sealed class CheckpointStoreTests : IDisposable
{
    private const int ChunkBytes = 64;
    private static readonly DataOwner Owner = new("cluster", new ReplicaId(0));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(55)]
    [InlineData(56)] // with the eight bytes in front: exactly one chunk
    [InlineData(57)]
    [InlineData(64 * 9)]
    [InlineData(5000)]
    public void A_written_snapshot_is_read_back_in_chunks_that_prove_themselves(int serviceBytes)
    {
        byte[] expected = Snapshot(serviceBytes);
        using CheckpointStore store = Open();
        SnapshotFile written = store.Write(new Instance(7), new PieceReader(expected), default);

        Assert.Equal(MerkleTree.Of(expected, ChunkBytes).Root, written.Tree.Root);
        Assert.Equal(expected.Length, written.Tree.SnapshotBytes);
        Assert.Equal(new Instance(7), store.Newest);
        List<byte> read = [];
        for (int i = 0; i < written.Tree.Leaves.Count; i++)
        {
            Chunk chunk = store.ReadChunk(new Instance(7), i)!;
            Assert.True(
                MerkleTree.Verify(written.Tree.Root, expected.Length, ChunkBytes, i, chunk.Bytes.Span, chunk.Path));
            read.AddRange(chunk.Bytes.Span);
        }
        Assert.Equal(expected, read);
        Assert.Null(store.ReadChunk(new Instance(7), written.Tree.Leaves.Count));
        Assert.Null(store.ReadChunk(new Instance(7), -1));
        Assert.Null(store.ReadChunk(new Instance(6), 0));
    }

    [Fact]
    public void The_newest_snapshot_is_installed_at_the_start_and_gives_the_sessions_back()
    {
        Write(3, "three");
        Write(5, "five");
        using CheckpointStore store = Open();
        RegisterService service = new();

        SnapshotFile? restored = store.Restore(
            file => ReplicaStorage.TryInstall(file, new ServiceHost(service, 100, RightsTable.Everybody), out _), []);

        Assert.Equal(new Instance(5), restored?.Instance);
        Assert.Equal(RegisterService.DigestOf(["five"]), ((IStateMachine)service).StateDigest());
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_snapshot_sets_it_aside_and_the_one_before_is_used()
    {
        Write(3, "three");
        Write(5, new string('x', 200));
        string newest = _directory.At(SnapshotFile.FileName(new Instance(5)));
        long length = new FileInfo(newest).Length;
        for (long at = 0; at < length; at++)
        {
            using TemporaryDirectory copy = _directory.Copy();
            string file = copy.At(Path.GetFileName(newest));
            LogHarness.FlipBit(file, at, (int)(at % 8));
            RegisterService service = new();

            using CheckpointStore store = CheckpointStore.Open(
                copy.Path, Owner, ChunkBytes, flushes: false, out IReadOnlyList<string> unreadable);
            List<string> damaged = [.. unreadable];
            SnapshotFile? restored = store.Restore(
                f => ReplicaStorage.TryInstall(f, new ServiceHost(service, 100, RightsTable.Everybody), out _),
                damaged);

            Assert.Equal(new Instance(3), restored?.Instance);
            Assert.Equal([file], damaged);
            Assert.True(File.Exists(file + ".corrupt"));
            Assert.Equal(RegisterService.DigestOf(["three"]), ((IStateMachine)service).StateDigest());
        }
    }

    [Fact]
    public void A_snapshot_cut_anywhere_is_not_used()
    {
        Write(5, new string('x', 200));
        byte[] whole = File.ReadAllBytes(_directory.At(SnapshotFile.FileName(new Instance(5))));
        for (int length = 0; length < whole.Length; length += 3)
        {
            using TemporaryDirectory copy = new();
            File.WriteAllBytes(copy.At(SnapshotFile.FileName(new Instance(5))), whole[..length]);
            using CheckpointStore store =
                CheckpointStore.Open(copy.Path, Owner, ChunkBytes, flushes: false, out IReadOnlyList<string> damaged);
            Assert.Single(damaged);
            Assert.Equal(Instance.Zero, store.Newest);
        }
    }

    [Fact]
    public void A_chunk_that_the_disk_damaged_is_not_sent_to_anyone()
    {
        using CheckpointStore store = Open();
        SnapshotFile snapshot = store.Write(new Instance(7), new PieceReader(Snapshot(500)), default);
        LogHarness.FlipBit(snapshot.Path, 100);
        Assert.NotNull(store.ReadChunk(new Instance(7), 0));
        Assert.Null(store.ReadChunk(new Instance(7), 1));
    }

    [Fact]
    public void Stable_snapshots_are_kept_but_for_those_two_checkpoints_behind()
    {
        using CheckpointStore store = Open();
        for (int i = 1; i <= 5; i++) store.Write(new Instance(i), new PieceReader(Snapshot(10)), default);
        store.DeleteBelow(new Instance(4));
        Assert.Equal(
            new[] { 3, 4, 5 }.Select(static i => SnapshotFile.FileName(new Instance(i))),
            Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.NotNull(store.ReadChunk(new Instance(3), 0));
        Assert.Null(store.ReadChunk(new Instance(2), 0));
    }

    [Fact]
    public void A_snapshot_that_is_being_read_stays_readable_when_it_is_deleted_or_set_aside_or_replaced()
    {
        using CheckpointStore store = Open();
        byte[] bytes = Snapshot(300);
        for (int i = 1; i <= 4; i++) store.Write(new Instance(i), new PieceReader(bytes), default);
        SnapshotFile deleted = store.Borrow(new Instance(1))!;
        SnapshotFile replaced = store.Borrow(new Instance(3))!;
        SnapshotFile setAside = store.Borrow(new Instance(4))!;

        store.DeleteBelow(new Instance(3));
        store.Write(new Instance(3), new PieceReader(bytes), default);
        store.SetAside(setAside);

        Assert.False(File.Exists(deleted.Path));
        Assert.Null(store.ReadChunk(new Instance(1), 0));
        Assert.Null(store.Borrow(new Instance(4)));
        foreach (SnapshotFile file in (SnapshotFile[])[deleted, replaced, setAside])
        {
            Assert.True(file.TryReadChunk(1, out byte[]? chunk));
            Assert.Equal(bytes[ChunkBytes..(2 * ChunkBytes)], chunk);
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => file.TryReadChunk(1, out _));
        }
        Assert.NotNull(store.ReadChunk(new Instance(3), 1));
    }

    [Fact]
    public void A_fetched_snapshot_can_be_looked_through_while_another_takes_its_place()
    {
        byte[] bytes = Snapshot(1000);
        using CheckpointStore store = Open();
        store.BeginFetch(Certificate(9, bytes), bytes.Length);
        StoreChunks(store, 9, bytes, 0, 3);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => store.FindFetchedChunks(new Instance(9), cancelled.Token));

        store.BeginFetch(Certificate(10, bytes), bytes.Length);
        StoreChunks(store, 9, bytes, 3, 3); // of the one before
        Assert.Empty(store.FindFetchedChunks(new Instance(9), default));
        store.BeginFetch(Certificate(9, bytes), bytes.Length);
        Assert.Equal([0, 1, 2], store.FindFetchedChunks(new Instance(9), default));
    }

    [Fact]
    public void Reading_storing_and_deleting_at_a_time_never_fail_and_never_give_wrong_bytes()
    {
        byte[] bytes = Snapshot(3000);
        MerkleTree tree = MerkleTree.Of(bytes, ChunkBytes);
        using CheckpointStore store = Open();
        store.Write(new Instance(1), new PieceReader(bytes), default);
        const int Rounds = 40;
        void ReadAll()
        {
            while (store.Newest < new Instance(Rounds))
            {
                for (long instance = 1; instance <= store.Newest.Value; instance++)
                {
                    int index = (int)(instance % tree.Leaves.Count);
                    if (store.ReadChunk(new Instance(instance), index) is { } chunk)
                        Assert.True(
                            MerkleTree.Verify(
                                tree.Root, bytes.Length, ChunkBytes, index, chunk.Bytes.Span, chunk.Path));
                }
            }
        }
        void FetchAll()
        {
            for (int i = 2; i <= Rounds; i++)
            {
                store.BeginFetch(Certificate(i, bytes), bytes.Length);
                StoreChunks(store, i, bytes, 0, tree.Leaves.Count);
                Assert.NotNull(store.CompleteFetch(new Instance(i)));
            }
        }
        void DeleteOld()
        {
            while (store.Newest < new Instance(Rounds)) store.DeleteBelow(store.Newest);
        }
        Parallel.Invoke(ReadAll, ReadAll, FetchAll, DeleteOld);
        Assert.Equal(new Instance(Rounds), store.Newest);
    }

    [Fact]
    public void Chunks_fetched_in_any_order_over_restarts_become_the_snapshot()
    {
        byte[] expected = Snapshot(1000);
        MerkleTree tree = MerkleTree.Of(expected, ChunkBytes);
        CheckpointCertificate certificate = new(new Instance(9), tree.Root, []);
        int[] order = [.. Enumerable.Range(0, tree.Leaves.Count).OrderBy(static i => i * 7 % 16)];
        for (int step = 0; step < order.Length; step++)
        {
            using CheckpointStore store = Open();
            Assert.Equal(step > 0, store.BeginFetch(certificate, expected.Length));
            Assert.Equal(order.Take(step).Order(), store.FindFetchedChunks(new Instance(9), default));
            store.StoreChunk(
                new Instance(9), order[step],
                expected.AsMemory(
                    order[step] * ChunkBytes, MerkleTree.ChunkLength(expected.Length, ChunkBytes, order[step])));
        }
        using CheckpointStore last = Open();
        last.BeginFetch(certificate, expected.Length);

        SnapshotFile? complete = last.CompleteFetch(new Instance(9));

        Assert.Equal(tree.Root, complete?.Tree.Root);
        Assert.Equal(new Instance(9), last.Newest);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.part"));
    }

    [Fact]
    public void A_fetched_snapshot_with_a_chunk_missing_is_not_completed()
    {
        byte[] expected = Snapshot(1000);
        MerkleTree tree = MerkleTree.Of(expected, ChunkBytes);
        using CheckpointStore store = Open();
        store.BeginFetch(new CheckpointCertificate(new Instance(9), tree.Root, []), expected.Length);
        for (int i = 0; i < tree.Leaves.Count; i++)
        {
            if (i != 4)
                store.StoreChunk(
                    new Instance(9), i,
                    expected.AsMemory(i * ChunkBytes, MerkleTree.ChunkLength(expected.Length, ChunkBytes, i)));
        }
        Assert.Null(store.CompleteFetch(new Instance(9)));
        Assert.Equal(Instance.Zero, store.Newest);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_peer_that_announces_another_length_costs_nothing_of_what_was_fetched()
    {
        byte[] expected = Snapshot(1000);
        CheckpointCertificate certificate = Certificate(9, expected);
        using CheckpointStore store = Open();
        store.BeginFetch(certificate, expected.Length);
        StoreChunks(store, 9, expected, 0, 5);

        Assert.False(store.BeginFetch(certificate, 1));
        Assert.Empty(store.FindFetchedChunks(new Instance(9), default));
        Assert.Null(store.CompleteFetch(new Instance(9)));

        Assert.True(store.BeginFetch(certificate, expected.Length));
        Assert.Equal([0, 1, 2, 3, 4], store.FindFetchedChunks(new Instance(9), default));
        StoreChunks(store, 9, expected, 5, 11);
        Assert.Equal(certificate.Root, store.CompleteFetch(new Instance(9))?.Tree.Root);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_peer_that_offers_another_checkpoint_and_sends_little_of_it_costs_nothing_of_what_was_fetched(int sent)
    {
        byte[] expected = Snapshot(1000), older = Snapshot(500);
        using (CheckpointStore store = Open())
        {
            store.BeginFetch(Certificate(9, expected), expected.Length);
            StoreChunks(store, 9, expected, 0, 5);
            foreach (int other in (int[])[7, 6, 8, 10])
            {
                store.BeginFetch(Certificate(other, older), older.Length);
                StoreChunks(store, other, older, 0, sent);
            }
        }
        using CheckpointStore restarted = Open();
        Assert.True(restarted.BeginFetch(Certificate(9, expected), expected.Length));
        Assert.Equal([0, 1, 2, 3, 4], restarted.FindFetchedChunks(new Instance(9), default));
    }

    [Fact]
    public void Only_two_snapshots_begun_take_disk_however_many_are_offered()
    {
        byte[] bytes = Snapshot(1000);
        using CheckpointStore store = Open();
        foreach (int instance in (int[])[20, 11, 19, 12, 30, 13, 14])
        {
            store.BeginFetch(Certificate(instance, bytes), bytes.Length);
            StoreChunks(store, instance, bytes, 0, 3);
            Assert.InRange(Directory.GetFiles(_directory.Path).Length, 1, 2);
        }
        Assert.True(store.BeginFetch(Certificate(30, bytes), bytes.Length));
        Assert.False(store.BeginFetch(Certificate(13, bytes), bytes.Length));
    }

    [Fact]
    public void What_was_begun_and_is_not_needed_any_more_is_deleted_with_the_old_snapshots()
    {
        byte[] bytes = Snapshot(1000);
        using CheckpointStore store = Open();
        foreach (int instance in (int[])[12, 9])
        {
            store.BeginFetch(Certificate(instance, bytes), bytes.Length);
            StoreChunks(store, instance, bytes, 0, 3);
        }
        store.Write(new Instance(10), new PieceReader(Snapshot(10)), default);
        store.DeleteBelow(Instance.Zero);

        StoreChunks(store, 9, bytes, 3, 1); // comes too late
        Assert.Null(store.CompleteFetch(new Instance(9)));
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
        Assert.True(store.BeginFetch(Certificate(12, bytes), bytes.Length));
    }

    [Fact]
    public void An_announced_size_takes_no_memory_and_no_disk()
    {
        using CheckpointStore store = Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        store.BeginFetch(new CheckpointCertificate(new Instance(9), default, []), long.MaxValue / 64);
        store.FindFetchedChunks(new Instance(9), default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_full_disk_is_an_error_that_says_so()
    {
        using CheckpointStore store = Open();
        File.CreateSymbolicLink(_directory.At(SnapshotFile.FileName(new Instance(7)) + ".tmp"), "/dev/full");
        StorageException e = Assert.Throws<StorageException>(
            () => store.Write(new Instance(7), new PieceReader(Snapshot(10)), default));
        Assert.Contains("disk is full", e.Message, StringComparison.Ordinal);
    }

    private CheckpointStore Open() => CheckpointStore.Open(_directory.Path, Owner, ChunkBytes, flushes: true, out _);

    private static CheckpointCertificate Certificate(int instance, byte[] snapshot) =>
        new(new Instance(instance), MerkleTree.Of(snapshot, ChunkBytes).Root, []);

    private static void StoreChunks(CheckpointStore store, int instance, byte[] snapshot, int from, int count)
    {
        for (int i = from; i < from + count; i++)
            store.StoreChunk(
                new Instance(instance), i,
                snapshot.AsMemory(i * ChunkBytes, MerkleTree.ChunkLength(snapshot.Length, ChunkBytes, i)));
    }

    private void Write(int instance, string word)
    {
        using CheckpointStore store = Open();
        RegisterService service = new();
        ServiceHost executor = new(service, 100, RightsTable.Everybody);
        executor.Execute(new ExecuteEffect(new Instance(1), 1, 1, [LogHarness.Request(Encoding.UTF8.GetBytes(word))]));
        using ISnapshotReader reader = executor.Freeze(new byte[] { 1, 2, 3 });
        store.Write(new Instance(instance), reader, default);
    }

    /// <summary>A snapshot as the executor makes them: no sessions, and this many bytes of a service.</summary>
    private static byte[] Snapshot(int serviceBytes)
    {
        byte[] bytes = new byte[FrozenSnapshot.HeaderBytes + serviceBytes];
        for (int i = FrozenSnapshot.HeaderBytes; i < bytes.Length; i++) bytes[i] = (byte)(i * 31 + 1);
        return bytes;
    }

    /// <summary>Hands out a snapshot in pieces that fit nothing.</summary>
    private sealed class PieceReader(byte[] bytes) : ISnapshotReader
    {
        private int _at;

        public int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, 37), bytes.Length - _at);
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public void Dispose() { }
    }
}
