using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// What follows the bytes of a run in its file: the hash of every chunk, then <see cref="Size"/> bytes that say which
/// run it is, and that are authenticated, together with the hashes, by a checksum of their own.
/// </summary>
internal static class RunTrailer
{
    public const int Size = 96;

    private const int ChecksumOffset = Size - Digest.Size;

    private static ReadOnlySpan<byte> Magic => "BFTRUN\0\x01"u8;

    /// <summary>The hashes and the trailer of a run in the directory of this owner.</summary>
    public static byte[] Encode(MerkleTree tree, uint owner)
    {
        byte[] bytes = new byte[(tree.Leaves.Count * Digest.Size) + Size];
        Span<byte> rest = bytes;
        foreach (Digest leaf in tree.Leaves)
        {
            leaf.CopyTo(rest);
            rest = rest[Digest.Size..];
        }
        Magic.CopyTo(rest);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], tree.SnapshotBytes);
        BinaryPrimitives.WriteInt32BigEndian(rest[16..], tree.ChunkBytes);
        BinaryPrimitives.WriteInt32BigEndian(rest[20..], tree.Leaves.Count);
        tree.Root.CopyTo(rest[24..]);
        BinaryPrimitives.WriteUInt32BigEndian(rest[56..], owner);
        Blake2b.Hash(bytes.AsSpan(0, bytes.Length - Digest.Size)).CopyTo(rest[ChecksumOffset..]);
        return bytes;
    }

    /// <summary>
    /// Reads hashes and trailer from the end of a file; false if they are damaged, or do not fit the file.
    /// </summary>
    public static bool TryRead(SafeFileHandle file, [NotNullWhen(true)] out MerkleTree? tree, out uint owner)
    {
        (tree, owner) = (null, 0);
        long length = RandomAccess.GetLength(file);
        if (length < Size) return false;
        byte[] end = new byte[Size];
        if (!FileBytes.TryReadExactly(file, end, length - Size) || !end.AsSpan().StartsWith(Magic)) return false;
        long runBytes = BinaryPrimitives.ReadInt64BigEndian(end.AsSpan(8));
        int chunkBytes = BinaryPrimitives.ReadInt32BigEndian(end.AsSpan(16));
        int count = BinaryPrimitives.ReadInt32BigEndian(end.AsSpan(20));
        long hashesBytes = (long)count * Digest.Size;
        if (runBytes <= 0 || chunkBytes <= 0 || count <= 0 || runBytes != length - Size - hashesBytes
            || MerkleTree.ChunkCount(runBytes, chunkBytes) != count || hashesBytes + Size > Array.MaxLength)
            return false;

        byte[] bytes = new byte[hashesBytes + Size];
        if (!FileBytes.TryReadExactly(file, bytes, runBytes)) return false;
        Digest written = new(bytes.AsSpan(bytes.Length - Digest.Size));
        if (Blake2b.Hash(bytes.AsSpan(0, bytes.Length - Digest.Size)) != written) return false;
        Digest[] leaves = new Digest[count];
        for (int i = 0; i < count; i++) leaves[i] = new Digest(bytes.AsSpan(i * Digest.Size, Digest.Size));
        tree = new MerkleTree(leaves, runBytes, chunkBytes);
        owner = BinaryPrimitives.ReadUInt32BigEndian(end.AsSpan(56));
        return tree.Root == new Digest(end.AsSpan(24, Digest.Size));
    }
}
