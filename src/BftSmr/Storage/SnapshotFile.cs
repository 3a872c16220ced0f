using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Service;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// A complete snapshot on disk. Every chunk is verified whenever it is read. Its users are counted - the one that
/// opened it, and each read under way - and the last one to dispose of it closes the file.
/// </summary>
internal sealed class SnapshotFile : IDisposable
{
    public const string Suffix = ".snap";
    private const string Prefix = "snapshot-";

    private readonly SafeFileHandle _file;
    private int _users = 1;

    private SnapshotFile(string path, SafeFileHandle file, Instance instance, MerkleTree tree, uint owner) =>
        (Path, _file, Instance, Tree, Owner) = (path, file, instance, tree, owner);

    public string Path { get; }

    /// <summary>The last instance whose effects are in it.</summary>
    public Instance Instance { get; }

    public MerkleTree Tree { get; }

    /// <summary>Whose it is: <see cref="DataOwner.Tag"/>.</summary>
    public uint Owner { get; }

    public static string FileName(Instance instance) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{instance.Value:D16}{Suffix}");

    /// <summary>The instance in a snapshot's file name; false for any other file.</summary>
    public static bool TryParseName(string file, out Instance instance)
    {
        instance = default;
        ReadOnlySpan<char> name = System.IO.Path.GetFileName(file.AsSpan());
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> digits = name[Prefix.Length..^Suffix.Length];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return false;
        instance = new Instance(number);
        return true;
    }

    /// <summary>
    /// Opens a snapshot; false if its description is damaged. The chunks are checked when they are read.
    /// </summary>
    public static bool TryOpen(string path, [NotNullWhen(true)] out SnapshotFile? snapshot)
    {
        snapshot = null;
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (SnapshotTrailer.TryRead(file, out Instance instance, out MerkleTree? tree, out uint owner)
            && TryParseName(path, out Instance named) && named == instance)
        {
            snapshot = new SnapshotFile(path, file, instance, tree, owner);
            return true;
        }
        file.Dispose();
        return false;
    }

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

    /// <summary>
    /// Passes the whole snapshot on. False if a chunk is damaged; the bytes passed on until then must not be committed.
    /// </summary>
    public bool TryStream(SnapshotInstallation destination, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Math.Min(Tree.ChunkBytes, Tree.SnapshotBytes)];
        for (int i = 0; i < Tree.Leaves.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> chunk = buffer.AsSpan(0, MerkleTree.ChunkLength(Tree.SnapshotBytes, Tree.ChunkBytes, i));
            if (!TryReadChunk(i, chunk)) return false;
            destination.Write(chunk);
        }
        return true;
    }

    /// <summary>One more user, which has to dispose of it as well.</summary>
    public void Retain() =>
        Invariant.Holds(Interlocked.Increment(ref _users) > 1, "a snapshot that was closed is not read");

    /// <summary>One user less.</summary>
    public void Dispose()
    {
        int users = Interlocked.Decrement(ref _users);
        Invariant.Holds(users >= 0, "each user of a snapshot disposes of it once");
        if (users == 0) _file.Dispose();
    }

    private bool TryReadChunk(int index, Span<byte> chunk) =>
        SnapshotTrailer.TryReadExactly(_file, chunk, (long)index * Tree.ChunkBytes)
            && MerkleTree.HashLeaf(chunk) == Tree.Leaves[index];
}
