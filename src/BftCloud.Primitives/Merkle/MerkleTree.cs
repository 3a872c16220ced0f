using System.Buffers.Binary;

namespace BftCloud.Primitives;

/// <summary>
/// The hash tree over the chunks of a snapshot, shaped as in RFC 6962 (the left subtree is the largest complete one).
/// Leaves, inner nodes and the root are hashed under different keys, so that none can be taken for another. The root
/// binds the snapshot's length and the chunk size, so that a chunk's place and length follow from its index.
/// </summary>
internal sealed class MerkleTree
{
    /// <summary>The longest path there can be: chunks are counted by an int.</summary>
    public const int PathLengthMax = 31;

    private readonly Digest[][] _levels;

    /// <summary>The tree over these leaves; there is at least one.</summary>
    public MerkleTree(IReadOnlyList<Digest> leaves, long snapshotBytes, int chunkBytes)
    {
        if (leaves.Count == 0 || leaves.Count != ChunkCount(snapshotBytes, chunkBytes))
            throw new ArgumentException(
                $"{snapshotBytes} bytes in chunks of {chunkBytes} do not have {leaves.Count} leaves.", nameof(leaves));
        SnapshotBytes = snapshotBytes;
        ChunkBytes = chunkBytes;
        List<Digest[]> levels = [[.. leaves]];
        while (levels[^1].Length > 1) levels.Add(Above(levels[^1]));
        _levels = [.. levels];
        Root = HashRoot(_levels[^1][0], snapshotBytes, chunkBytes);
    }

    public Digest Root { get; }

    public long SnapshotBytes { get; }

    public int ChunkBytes { get; }

    public IReadOnlyList<Digest> Leaves => _levels[0];

    /// <summary>The tree over a snapshot that is at hand as a whole.</summary>
    public static MerkleTree Of(ReadOnlySpan<byte> snapshot, int chunkBytes)
    {
        MerkleTreeBuilder builder = new(chunkBytes);
        builder.Append(snapshot);
        return builder.Complete();
    }

    /// <summary>How many chunks a snapshot has; the last may be shorter than the others.</summary>
    public static long ChunkCount(long snapshotBytes, int chunkBytes) =>
        snapshotBytes / chunkBytes + (snapshotBytes % chunkBytes == 0 ? 0 : 1);

    /// <summary>The length of one chunk.</summary>
    public static int ChunkLength(long snapshotBytes, int chunkBytes, int index) =>
        (int)Math.Min(chunkBytes, snapshotBytes - (long)index * chunkBytes);

    /// <summary>The hash of a chunk.</summary>
    public static Digest HashLeaf(ReadOnlySpan<byte> chunk) => Hash("BftSmr leaf v1\0\0"u8, chunk);

    /// <summary>The siblings on the way from a leaf to the root, lowest first.</summary>
    public Digest[] Path(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _levels[0].Length);
        List<Digest> path = new(_levels.Length);
        for (int level = 0; level < _levels.Length - 1; level++, index >>= 1)
        {
            int sibling = index ^ 1;
            if (sibling < _levels[level].Length) path.Add(_levels[level][sibling]);
        }
        return [.. path];
    }

    /// <summary>
    /// Whether this chunk is the one at <paramref name="index"/> of the snapshot with this root. Nothing given, but for
    /// the root and the chunk size, need be trusted; true proves <paramref name="snapshotBytes"/> as well.
    /// </summary>
    public static bool Verify(
        Digest root, long snapshotBytes, int chunkBytes, int index, ReadOnlySpan<byte> chunk,
        IReadOnlyList<Digest> path)
    {
        if (snapshotBytes <= 0 || index < 0 || path.Count > PathLengthMax) return false;
        long count = ChunkCount(snapshotBytes, chunkBytes);
        if (count > int.MaxValue || index >= count) return false;
        if (chunk.Length != ChunkLength(snapshotBytes, chunkBytes, index)) return false;

        Digest hash = HashLeaf(chunk);
        long at = index, last = count - 1; // positions in the current level, as in RFC 9162 section 2.1.3.2
        for (int i = 0; i < path.Count; i++)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = HashNode(path[i], hash);
                for (; (at & 1) == 0 && at != 0; at >>= 1) last >>= 1;
            }
            else
            {
                hash = HashNode(hash, path[i]);
            }
            at >>= 1;
            last >>= 1;
        }
        return last == 0 && HashRoot(hash, snapshotBytes, chunkBytes) == root;
    }

    private static Digest[] Above(Digest[] level)
    {
        Digest[] above = new Digest[(level.Length + 1) / 2];
        for (int i = 0; i < level.Length / 2; i++) above[i] = HashNode(level[2 * i], level[2 * i + 1]);
        if (level.Length % 2 == 1) above[^1] = level[^1];
        return above;
    }

    private static Digest HashNode(Digest left, Digest right)
    {
        Span<byte> both = stackalloc byte[2 * Digest.Size];
        left.CopyTo(both);
        right.CopyTo(both[Digest.Size..]);
        return Hash("BftSmr node v1\0\0"u8, both);
    }

    private static Digest HashRoot(Digest top, long snapshotBytes, int chunkBytes)
    {
        Span<byte> bytes = stackalloc byte[12 + Digest.Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, snapshotBytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], chunkBytes);
        top.CopyTo(bytes[12..]);
        return Hash("BftSmr root v1\0\0"u8, bytes);
    }

    private static Digest Hash(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        Blake2b.Mac(domain, data, hash);
        return new Digest(hash);
    }
}
