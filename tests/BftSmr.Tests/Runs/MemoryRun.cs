using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>A run in memory: its bytes, which a test may change after the tree was made.</summary>
internal sealed class MemoryRun(byte[] bytes, MerkleTree tree) : IRunBytes
{
    public MemoryRun(byte[] bytes, int chunkBytes)
        : this(bytes, MerkleTree.Of(bytes, chunkBytes)) { }

    public byte[] Bytes => bytes;

    public MerkleTree Tree => tree;

    public bool IsDisposed { get; private set; }

    /// <summary>The run of these changes; null if there are none.</summary>
    public static MemoryRun? Of(RunCursor changes, int chunkBytes)
    {
        MemoryStream written = new();
        MerkleTree? tree = RunWriter.Write(changes, chunkBytes, chunk => written.Write(chunk.Span));
        return tree is null ? null : new MemoryRun(written.ToArray(), tree);
    }

    /// <summary>One chunk, right or not.</summary>
    public ReadOnlyMemory<byte> ChunkAt(int index) => bytes.AsMemory(
        index * tree.ChunkBytes, MerkleTree.ChunkLength(tree.SnapshotBytes, tree.ChunkBytes, index));

    public bool TryReadChunk(int index, Span<byte> chunk)
    {
        ChunkAt(index).Span.CopyTo(chunk);
        return MerkleTree.HashLeaf(chunk) == tree.Leaves[index];
    }

    public void Dispose() => IsDisposed = true;
}
