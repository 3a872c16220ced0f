using System.Globalization;
using BftSmr.Messages;
using BftSmr.Replication;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Runtime.Storage;

/// <summary>
/// A snapshot that is being fetched: the file it will be, with holes. A chunk's hash is written where it will stand in the end, so the file itself tells
/// which chunks it has; after a crash those that did not reach the disk do not match their hashes.
/// </summary>
internal sealed class FetchedSnapshot : IDisposable
{
    public const string Suffix = ".part";
    private const string Prefix = "fetch-";

    private readonly SafeFileHandle _file;
    private readonly int _chunkBytes;

    public FetchedSnapshot(string directory, CheckpointCertificate certificate, long snapshotBytes, int chunkBytes)
    {
        (Instance, Root, SnapshotBytes, _chunkBytes) = (certificate.Instance, certificate.Root, snapshotBytes, chunkBytes);
        Path = System.IO.Path.Combine(directory, FileName(certificate));
        _file = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(_file);
        WasBegunBefore = length > 0;
        if (length > HashesEnd) RandomAccess.SetLength(_file, HashesEnd); // a trailer, written just before a crash
    }

    public string Path { get; }

    public Instance Instance { get; }

    public Digest Root { get; }

    public long SnapshotBytes { get; }

    /// <summary>Whether an earlier run may have left chunks.</summary>
    public bool WasBegunBefore { get; }

    /// <summary>Stores a chunk that was verified against <see cref="Root"/>, which proves its index and the snapshot's length.</summary>
    public void Store(int index, ReadOnlySpan<byte> chunk)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        MerkleTree.HashLeaf(chunk).CopyTo(hash);
        RandomAccess.Write(_file, chunk, (long)index * _chunkBytes);
        RandomAccess.Write(_file, hash, SnapshotBytes + ((long)index * Digest.Size));
    }

    /// <summary>The chunks that are there and match their hashes. Memory and time grow with what is on disk, not with what was announced.</summary>
    public List<int> FindChunks(CancellationToken cancellationToken)
    {
        List<int> found = [];
        byte[] buffer = new byte[_chunkBytes];
        long length = RandomAccess.GetLength(_file);
        for (int i = 0; i < MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long hashOffset = SnapshotBytes + ((long)i * Digest.Size);
            if (hashOffset + Digest.Size > length) break;
            Digest hash = ReadHash(hashOffset);
            if (hash == default) continue;
            Span<byte> chunk = buffer.AsSpan(0, MerkleTree.ChunkLength(SnapshotBytes, _chunkBytes, i));
            if (SnapshotTrailer.TryReadExactly(_file, chunk, (long)i * _chunkBytes) && MerkleTree.HashLeaf(chunk) == hash) found.Add(i);
        }
        return found;
    }

    /// <summary>Makes it a complete snapshot under its final name. False if hashes are missing or do not lead to the root.</summary>
    public bool TryComplete(string directory, bool flush, out string path)
    {
        path = System.IO.Path.Combine(directory, SnapshotFile.FileName(Instance));
        long count = MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes);
        if (RandomAccess.GetLength(_file) != HashesEnd) return false;
        Digest[] leaves = new Digest[count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = ReadHash(SnapshotBytes + ((long)i * Digest.Size));
        MerkleTree tree = new(leaves, SnapshotBytes, _chunkBytes);
        if (tree.Root != Root) return false;
        RandomAccess.Write(_file, SnapshotTrailer.Encode(Instance, tree), SnapshotBytes);
        if (flush) FileSync.Data(_file);
        File.Move(Path, path, overwrite: true);
        if (flush) FileSync.Directory(directory);
        return true;
    }

    public void Dispose() => _file.Dispose();

    private long HashesEnd => SnapshotBytes + (MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes) * Digest.Size);

    private static string FileName(CheckpointCertificate certificate) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{certificate.Instance.Value:D16}-{certificate.Root}{Suffix}");

    private Digest ReadHash(long offset)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        return SnapshotTrailer.TryReadExactly(_file, hash, offset) ? new Digest(hash) : default;
    }
}
