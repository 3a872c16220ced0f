using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>The bytes of one run, wherever they lie. Each chunk is verified whenever it is read.</summary>
internal interface IRunBytes : IDisposable
{
    MerkleTree Tree { get; }

    /// <summary>Fills the buffer with one chunk, whose length it has; false if the chunk is damaged.</summary>
    bool TryReadChunk(int index, Span<byte> chunk);
}
