using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Messages;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// A snapshot that is being fetched: the file it will be, with holes. A chunk's hash is written where it will stand in
/// the end, so the file itself tells which chunks it has; after a crash those that did not reach the disk do not match
/// their hashes. There is a file from the first chunk on: an announcement takes no disk. The announced length is in its
/// name, so that a wrong one does not touch what was fetched with the right one. Its users are counted - the fetch that
/// began it, and each read or store under way - and the last one to dispose of it closes the file. One thread at a time
/// stores.
/// </summary>
internal sealed class FetchedSnapshot : IDisposable
{
    private const string Suffix = ".part";
    private const string Prefix = "fetch-";

    private readonly int _chunkBytes;
    private volatile SafeFileHandle? _file;
    private int _users = 1;

    public FetchedSnapshot(string directory, CheckpointCertificate certificate, long snapshotBytes, int chunkBytes)
    {
        (Instance, Root, SnapshotBytes, _chunkBytes) = (
            certificate.Instance, certificate.Root, snapshotBytes, chunkBytes);
        Path = System.IO.Path.Combine(directory, FileName(certificate, snapshotBytes));
        if (!File.Exists(Path)) return;
        _file = OpenFile();
        // A trailer may have been written just before a crash.
        if (RandomAccess.GetLength(_file) > HashesEnd) RandomAccess.SetLength(_file, HashesEnd);
    }

    public string Path { get; }

    public Instance Instance { get; }

    public Digest Root { get; }

    public long SnapshotBytes { get; }

    /// <summary>Whether there is a file, with chunks of this run or an earlier one.</summary>
    public bool IsBegun => _file is not null;

    /// <summary>The files of all snapshots begun in a directory, oldest instance first.</summary>
    public static IEnumerable<string> FindAll(string directory) =>
        Directory.GetFiles(directory, Prefix + "*" + Suffix).Order(StringComparer.Ordinal);

    /// <summary>Those of them that are of this instance or older ones.</summary>
    public static IEnumerable<string> FindUpTo(string directory, Instance instance)
    {
        string end = System.IO.Path.Combine(directory, NameStart(new Instance(instance.Value + 1)));
        return FindAll(directory).TakeWhile(file => string.CompareOrdinal(file, end) < 0);
    }

    /// <summary>
    /// Stores a chunk that was verified against <see cref="Root"/>, which proves its index and the snapshot's length.
    /// </summary>
    public void Store(int index, ReadOnlySpan<byte> chunk)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        MerkleTree.HashLeaf(chunk).CopyTo(hash);
        SafeFileHandle file = _file ??= OpenFile();
        RandomAccess.Write(file, chunk, (long)index * _chunkBytes);
        RandomAccess.Write(file, hash, SnapshotBytes + ((long)index * Digest.Size));
    }

    /// <summary>
    /// The chunks that are there and match their hashes. Memory and time grow with what is on disk, not with what was
    /// announced.
    /// </summary>
    public List<int> FindChunks(CancellationToken cancellationToken)
    {
        if (_file is not { } file) return [];
        List<int> found = [];
        byte[] buffer = new byte[_chunkBytes];
        long length = RandomAccess.GetLength(file);
        for (int i = 0; i < MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long hashOffset = SnapshotBytes + ((long)i * Digest.Size);
            if (hashOffset + Digest.Size > length) break;
            Digest hash = ReadHash(file, hashOffset);
            if (hash == default) continue;
            Span<byte> chunk = buffer.AsSpan(0, MerkleTree.ChunkLength(SnapshotBytes, _chunkBytes, i));
            if (SnapshotTrailer.TryReadExactly(file, chunk, (long)i * _chunkBytes)
                && MerkleTree.HashLeaf(chunk) == hash) found.Add(i);
        }
        return found;
    }

    /// <summary>
    /// Makes it a complete snapshot under its final name. False if hashes are missing or do not lead to the root.
    /// </summary>
    public bool TryComplete(string directory, DataOwner owner, bool flush, out string path)
    {
        path = System.IO.Path.Combine(directory, SnapshotFile.FileName(Instance));
        long count = MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes);
        if (_file is null || RandomAccess.GetLength(_file) != HashesEnd) return false;
        Digest[] leaves = new Digest[count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = ReadHash(_file, SnapshotBytes + ((long)i * Digest.Size));
        MerkleTree tree = new(leaves, SnapshotBytes, _chunkBytes);
        if (tree.Root != Root) return false;
        RandomAccess.Write(_file, SnapshotTrailer.Encode(Instance, tree, owner.Tag), SnapshotBytes);
        if (flush) FileSync.Data(_file);
        File.Move(Path, path, overwrite: true);
        if (flush) FileSync.Directory(directory);
        return true;
    }

    /// <summary>One more user, which has to dispose of it as well.</summary>
    public void Retain() =>
        Invariant.Holds(Interlocked.Increment(ref _users) > 1, "a fetch that is over is not added to");

    /// <summary>One user less.</summary>
    public void Dispose()
    {
        int users = Interlocked.Decrement(ref _users);
        Invariant.Holds(users >= 0, "each user of a fetched snapshot disposes of it once");
        if (users == 0) _file?.Dispose();
    }

    private long HashesEnd => SnapshotBytes + (MerkleTree.ChunkCount(SnapshotBytes, _chunkBytes) * Digest.Size);

    private static string NameStart(Instance instance) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{instance.Value:D16}-");

    private static string FileName(CheckpointCertificate certificate, long snapshotBytes) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{NameStart(certificate.Instance)}{certificate.Root}-{snapshotBytes}{Suffix}");

    private SafeFileHandle OpenFile() =>
        File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static Digest ReadHash(SafeFileHandle file, long offset)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        return SnapshotTrailer.TryReadExactly(file, hash, offset) ? new Digest(hash) : default;
    }
}
