using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>A run that is not whole on disk: those of its chunks that are there are not fetched again.</summary>
/// <param name="Run">The run.</param>
/// <param name="Chunks">Its chunks that are there.</param>
internal sealed record MissingRun(RunDescription Run, IReadOnlyList<int> Chunks)
{
    /// <summary>Bytes of those that are not there.</summary>
    public long BytesMissing(int chunkBytes) =>
        Run.Bytes - Chunks.Sum(index => (long)MerkleTree.ChunkLength(Run.Bytes, chunkBytes, index));
}
