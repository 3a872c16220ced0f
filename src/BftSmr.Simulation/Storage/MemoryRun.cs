using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Simulation.Storage;

/// <summary>A run on a simulated disk: its bytes, which may not be those that were written.</summary>
internal sealed record MemoryRun(ReadOnlyMemory<byte> Bytes, MerkleTree Tree) : IRunBytes
{
    public bool IsWhole => Enumerable.Range(0, Tree.Leaves.Count).All(IsRight);

    public bool IsRight(int index) => MerkleTree.HashLeaf(ChunkAt(index).Span) == Tree.Leaves[index];

    public ReadOnlyMemory<byte> ChunkAt(int index) =>
        Bytes.Slice(index * Tree.ChunkBytes, MerkleTree.ChunkLength(Tree.SnapshotBytes, Tree.ChunkBytes, index));

    public bool TryReadChunk(int index, Span<byte> chunk)
    {
        ChunkAt(index).Span.CopyTo(chunk);
        return IsRight(index);
    }

    public void Dispose() { }
}
