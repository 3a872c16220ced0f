using System.Buffers.Binary;
using BftCloud.Primitives;

namespace BftSmr;

/// <summary>
/// A state that is saved as a whole, as records: blocks of it by their number. Remembers the hashes of the blocks that
/// were saved last, and so knows which of them changed.
/// </summary>
internal sealed class SavedBlocks
{
    private const int BlockBytes = 64 << 10;

    private Digest[] _saved = [];

    /// <summary>What was changed since the state that was given before, at first since an empty one.</summary>
    public IStateChanges ChangesTo(ReadOnlyMemory<byte> state)
    {
        ChangeList changes = new();
        Digest[] blocks = new Digest[(state.Length + BlockBytes - 1) / BlockBytes];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlyMemory<byte> block = state[(i * BlockBytes)..Math.Min((i + 1) * BlockBytes, state.Length)];
            blocks[i] = Blake2b.Hash(block.Span);
            if (i >= _saved.Length || blocks[i] != _saved[i]) changes.Put(KeyOf(i), block);
        }
        for (int i = blocks.Length; i < _saved.Length; i++) changes.Remove(KeyOf(i));
        _saved = blocks;
        return changes;
    }

    private static byte[] KeyOf(int block)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, block);
        return key;
    }
}
