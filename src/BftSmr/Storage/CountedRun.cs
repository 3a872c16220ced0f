using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Storage;

/// <summary>A run whose chunks are counted when they are read.</summary>
internal sealed class CountedRun(IRunBytes run, ReadProgress progress) : IRunBytes
{
    public MerkleTree Tree => run.Tree;

    public bool TryReadChunk(int index, Span<byte> chunk)
    {
        progress.Note(chunk.Length);
        return run.TryReadChunk(index, chunk);
    }

    public void Dispose() => run.Dispose();
}
