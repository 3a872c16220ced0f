namespace BftCloud.Primitives;

/// <summary>Builds a <see cref="MerkleTree"/> from a snapshot that streams by in pieces of any size.</summary>
internal sealed class MerkleTreeBuilder(int chunkBytes)
{
    private readonly List<Digest> _leaves = [];
    private byte[]? _partial;
    private int _partialLength;
    private long _length;

    /// <summary>The next bytes. Whole chunks are hashed where they lie.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_partialLength == 0 && bytes.Length >= chunkBytes)
            {
                _leaves.Add(MerkleTree.HashLeaf(bytes[..chunkBytes]));
                bytes = bytes[chunkBytes..];
                continue;
            }
            _partial ??= new byte[chunkBytes];
            int taken = Math.Min(bytes.Length, chunkBytes - _partialLength);
            bytes[..taken].CopyTo(_partial.AsSpan(_partialLength));
            bytes = bytes[taken..];
            _partialLength += taken;
            if (_partialLength == chunkBytes) EndChunk();
        }
    }

    /// <summary>The tree over everything given, which must be at least one byte.</summary>
    public MerkleTree Complete()
    {
        if (_partialLength > 0) EndChunk();
        return new MerkleTree(_leaves, _length, chunkBytes);
    }

    private void EndChunk()
    {
        _leaves.Add(MerkleTree.HashLeaf(_partial.AsSpan(0, _partialLength)));
        _partialLength = 0;
    }
}
