using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Runs;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// A run that is not whole: one that is being fetched, or one that was damaged. It is the file it will be, with holes.
/// A chunk's hash is written where it will stand in the end, so the file itself tells which chunks it has; after a
/// crash those that did not reach the disk do not match their hashes. One thread at a time uses it.
/// </summary>
internal sealed class PartialRun : IDisposable
{
    public const string Suffix = ".part";

    private readonly string _directory;
    private readonly int _chunkBytes;
    private readonly SafeFileHandle _file;

    public PartialRun(string directory, RunDescription run, int chunkBytes)
    {
        (_directory, Run, _chunkBytes) = (directory, run, chunkBytes);
        Path = System.IO.Path.Combine(directory, FileName(run.Root, run.Bytes));
        _file = File.OpenHandle(
            Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        // A trailer may have been written just before a crash, or is that of a run that was damaged.
        if (RandomAccess.GetLength(_file) > HashesEnd) RandomAccess.SetLength(_file, HashesEnd);
    }

    public string Path { get; }

    public RunDescription Run { get; }

    public long ChunkCount => MerkleTree.ChunkCount(Run.Bytes, _chunkBytes);

    private long HashesEnd => Run.Bytes + (ChunkCount * Digest.Size);

    public static string FileName(Digest root, long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{root}-{bytes}{Suffix}");

    /// <summary>Stores a chunk that was verified against the root.</summary>
    public void Store(int index, ReadOnlySpan<byte> chunk)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        MerkleTree.HashLeaf(chunk).CopyTo(hash);
        RandomAccess.Write(_file, chunk, (long)index * _chunkBytes);
        RandomAccess.Write(_file, hash, Run.Bytes + ((long)index * Digest.Size));
    }

    /// <summary>
    /// The chunks that are there and match their hashes. Memory and time grow with what is on disk.
    /// </summary>
    public List<int> FindChunks(CancellationToken cancellationToken)
    {
        List<int> found = [];
        byte[] buffer = new byte[_chunkBytes];
        long length = RandomAccess.GetLength(_file);
        for (int i = 0; i < ChunkCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long hashOffset = Run.Bytes + ((long)i * Digest.Size);
            if (hashOffset + Digest.Size > length) break;
            Digest hash = ReadHash(hashOffset);
            if (hash == default) continue;
            Span<byte> chunk = buffer.AsSpan(0, MerkleTree.ChunkLength(Run.Bytes, _chunkBytes, i));
            if (FileBytes.TryReadExactly(_file, chunk, (long)i * _chunkBytes) && MerkleTree.HashLeaf(chunk) == hash)
                found.Add(i);
        }
        return found;
    }

    /// <summary>
    /// The hashes that are on disk may be wrong: if all bytes of the run are right, their hashes are written again.
    /// </summary>
    public void RewriteHashes()
    {
        Digest[] leaves = new Digest[ChunkCount];
        byte[] buffer = new byte[_chunkBytes];
        for (int i = 0; i < leaves.Length; i++)
        {
            Span<byte> chunk = buffer.AsSpan(0, MerkleTree.ChunkLength(Run.Bytes, _chunkBytes, i));
            if (!FileBytes.TryReadExactly(_file, chunk, (long)i * _chunkBytes)) return;
            leaves[i] = MerkleTree.HashLeaf(chunk);
        }
        if (new MerkleTree(leaves, Run.Bytes, _chunkBytes).Root != Run.Root) return;
        byte[] hashes = new byte[leaves.Length * Digest.Size];
        for (int i = 0; i < leaves.Length; i++) leaves[i].CopyTo(hashes.AsSpan(i * Digest.Size));
        RandomAccess.Write(_file, hashes, Run.Bytes);
    }

    /// <summary>
    /// Makes it a whole run under its final name. False if hashes are missing or do not lead to the root.
    /// </summary>
    public bool TryComplete(DataOwner owner, bool flush, out string path)
    {
        path = System.IO.Path.Combine(_directory, RunFile.FileName(Run.Root));
        if (RandomAccess.GetLength(_file) != HashesEnd) return false;
        Digest[] leaves = new Digest[ChunkCount];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = ReadHash(Run.Bytes + ((long)i * Digest.Size));
        MerkleTree tree = new(leaves, Run.Bytes, _chunkBytes);
        if (tree.Root != Run.Root) return false;
        RandomAccess.Write(_file, RunTrailer.Encode(tree, owner.Tag), Run.Bytes);
        if (flush) FileSync.Data(_file);
        File.Move(Path, path, overwrite: true);
        if (flush) FileSync.Directory(_directory);
        return true;
    }

    public void Dispose() => _file.Dispose();

    private Digest ReadHash(long offset)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        return FileBytes.TryReadExactly(_file, hash, offset) ? new Digest(hash) : default;
    }
}
