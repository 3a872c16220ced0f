using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Runs;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// A run on disk that is whole. Every chunk is verified whenever it is read. Its users are counted - the store that
/// opened it, and each reader - and the last one to dispose of it closes the file.
/// </summary>
internal sealed class RunFile : IRunBytes
{
    public const string Suffix = ".run";

    private readonly SafeFileHandle _file;
    private int _users = 1;

    private RunFile(string path, SafeFileHandle file, MerkleTree tree, uint owner) =>
        (Path, _file, Tree, Owner) = (path, file, tree, owner);

    public string Path { get; }

    public MerkleTree Tree { get; }

    /// <summary>Whose it is: <see cref="DataOwner.Tag"/>.</summary>
    public uint Owner { get; }

    public static string FileName(Digest root) => root + Suffix;

    /// <summary>Opens a run; false if its description is damaged. The chunks are checked when they are read.</summary>
    public static bool TryOpen(string path, [NotNullWhen(true)] out RunFile? run)
    {
        run = null;
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RunTrailer.TryRead(file, out MerkleTree? tree, out uint owner)
            && System.IO.Path.GetFileName(path) == FileName(tree.Root))
        {
            run = new RunFile(path, file, tree, owner);
            return true;
        }
        file.Dispose();
        return false;
    }

    public bool TryReadChunk(int index, Span<byte> chunk) =>
        FileBytes.TryReadExactly(_file, chunk, (long)index * Tree.ChunkBytes)
            && MerkleTree.HashLeaf(chunk) == Tree.Leaves[index];

    /// <summary>Reads one chunk; false if there is none at the index, or it is damaged.</summary>
    public bool TryReadChunk(int index, [NotNullWhen(true)] out byte[]? chunk)
    {
        chunk = null;
        if (index < 0 || index >= Tree.Leaves.Count) return false;
        byte[] bytes = new byte[MerkleTree.ChunkLength(Tree.SnapshotBytes, Tree.ChunkBytes, index)];
        if (!TryReadChunk(index, bytes)) return false;
        chunk = bytes;
        return true;
    }

    /// <summary>Reads all of it; the first chunk that is damaged, or null.</summary>
    public int? FindDamage(ReadProgress progress, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Math.Min(Tree.ChunkBytes, Tree.SnapshotBytes)];
        for (int i = 0; i < Tree.Leaves.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = MerkleTree.ChunkLength(Tree.SnapshotBytes, Tree.ChunkBytes, i);
            if (!TryReadChunk(i, buffer.AsSpan(0, length))) return i;
            progress.Note(length);
        }
        return null;
    }

    /// <summary>Where the hashes and the trailer are not what was written; null if they are right.</summary>
    public long? FindIndexDamage() =>
        FileBytes.FindDifference(_file, Tree.SnapshotBytes, RunTrailer.Encode(Tree, Owner));

    /// <summary>
    /// Writes the hashes and the trailer again, which are in memory as long as the run is open. False if the file has
    /// lost its name meanwhile.
    /// </summary>
    public bool TryRewriteIndex(bool flush)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(file, RunTrailer.Encode(Tree, Owner), Tree.SnapshotBytes);
            if (flush) FileSync.Data(file);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>One more user, which has to dispose of it as well.</summary>
    public void Retain() =>
        Invariant.Holds(Interlocked.Increment(ref _users) > 1, "a run that was closed is not read");

    /// <summary>One user less.</summary>
    public void Dispose()
    {
        int users = Interlocked.Decrement(ref _users);
        Invariant.Holds(users >= 0, "each user of a run disposes of it once");
        if (users == 0) _file.Dispose();
    }
}
