using BftCloud.Primitives;

namespace BftCloud.Primitives.Tests.Merkle;

public sealed class MerkleTreeTests
{
    private const int ChunkBytes = 16;

    [Fact]
    public void Every_chunk_of_a_snapshot_of_any_length_verifies_with_its_path()
    {
        for (int length = 1; length <= 40 * ChunkBytes; length += 5)
        {
            byte[] snapshot = Snapshot(length);
            MerkleTree tree = MerkleTree.Of(snapshot, ChunkBytes);
            for (int i = 0; i < tree.Leaves.Count; i++)
            {
                Assert.True(MerkleTree.Verify(tree.Root, length, ChunkBytes, i, Chunk(snapshot, i), tree.Path(i)));
                Assert.True(tree.Path(i).Length <= MerkleTree.PathLengthMax);
            }
        }
    }

    [Fact]
    public void Nothing_else_verifies()
    {
        byte[] snapshot = Snapshot(11 * ChunkBytes + 3);
        MerkleTree tree = MerkleTree.Of(snapshot, ChunkBytes);
        for (int i = 0; i < tree.Leaves.Count; i++)
        {
            byte[] chunk = Chunk(snapshot, i);
            Digest[] path = tree.Path(i);
            Refused(tree.Root, snapshot.Length + 1, ChunkBytes, i, chunk, path);
            Refused(tree.Root, snapshot.Length - 1, ChunkBytes, i, chunk, path);
            Refused(tree.Root, snapshot.Length, ChunkBytes * 2, i, chunk, path);
            Refused(default, snapshot.Length, ChunkBytes, i, chunk, path);
            Refused(tree.Root, snapshot.Length, ChunkBytes, i, chunk, path[..^1]);
            Refused(tree.Root, snapshot.Length, ChunkBytes, i, chunk, [.. path, default]);
            Refused(tree.Root, snapshot.Length, ChunkBytes, i, chunk[..^1], path);
            Refused(tree.Root, snapshot.Length, ChunkBytes, i, [.. chunk, 0], path);
            for (int other = -1; other <= tree.Leaves.Count; other++)
            {
                if (other != i) Refused(tree.Root, snapshot.Length, ChunkBytes, other, chunk, path);
            }
            for (int level = 0; level < path.Length; level++)
            {
                Digest[] changed = [.. path];
                changed[level] = MerkleTree.HashLeaf(chunk);
                if (changed[level] != path[level]) Refused(tree.Root, snapshot.Length, ChunkBytes, i, chunk, changed);
            }
            chunk[0] ^= 1;
            Refused(tree.Root, snapshot.Length, ChunkBytes, i, chunk, path);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Absurd_sizes_are_refused_without_harm(long snapshotBytes)
    {
        Assert.False(MerkleTree.Verify(default, snapshotBytes, ChunkBytes, 0, new byte[ChunkBytes], []));
        Assert.False(MerkleTree.Verify(default, snapshotBytes, 1, int.MaxValue, new byte[1], new Digest[100]));
    }

    [Fact]
    public void The_root_depends_on_every_byte_on_the_length_and_on_the_chunk_size()
    {
        byte[] snapshot = Snapshot(100);
        HashSet<Digest> roots = [MerkleTree.Of(snapshot, ChunkBytes).Root];
        for (int i = 0; i < snapshot.Length; i++)
        {
            snapshot[i] ^= 1;
            Assert.True(roots.Add(MerkleTree.Of(snapshot, ChunkBytes).Root));
            snapshot[i] ^= 1;
        }
        for (int length = 1; length < snapshot.Length; length++)
            Assert.True(roots.Add(MerkleTree.Of(snapshot.AsSpan(0, length), ChunkBytes).Root));
        Assert.True(roots.Add(MerkleTree.Of(snapshot, ChunkBytes + 1).Root));
    }

    [Fact]
    public void An_inner_node_is_no_leaf()
    {
        byte[] snapshot = Snapshot(4 * Digest.Size);
        MerkleTree tree = MerkleTree.Of(snapshot, 2 * Digest.Size);
        byte[] leaves = new byte[2 * Digest.Size];
        tree.Leaves[0].CopyTo(leaves);
        tree.Leaves[1].CopyTo(leaves.AsSpan(Digest.Size));
        Refused(tree.Root, 2 * Digest.Size, 2 * Digest.Size, 0, leaves, []);
        Assert.NotEqual(tree.Root, MerkleTree.Of(leaves, 2 * Digest.Size).Root);
    }

    [Fact]
    public void A_snapshot_that_streams_by_in_pieces_has_the_same_tree()
    {
        byte[] snapshot = Snapshot(333);
        for (int piece = 1; piece < 50; piece++)
        {
            MerkleTreeBuilder builder = new(ChunkBytes);
            for (int at = 0; at < snapshot.Length; at += piece)
                builder.Append(snapshot.AsSpan(at, Math.Min(piece, snapshot.Length - at)));
            Assert.Equal(MerkleTree.Of(snapshot, ChunkBytes).Root, builder.Complete().Root);
        }
    }

    private static void Refused(
        Digest root, long snapshotBytes, int chunkBytes, int index, byte[] chunk, Digest[] path) =>
        Assert.False(MerkleTree.Verify(root, snapshotBytes, chunkBytes, index, chunk, path));

    private static byte[] Snapshot(int length) =>
        [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 131 + i / 7))];

    private static byte[] Chunk(byte[] snapshot, int index) =>
        snapshot.AsSpan(index * ChunkBytes, MerkleTree.ChunkLength(snapshot.Length, ChunkBytes, index)).ToArray();
}
