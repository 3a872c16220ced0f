using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The replica that a data directory belongs to. The file <c>owner</c> names it for people and for the replica; every
/// log segment, run and manifest repeats its <see cref="Tag"/>, so that no file of another replica or cluster is taken
/// for its own. Invariant: nothing is read from a directory, or written to it, before its owner is known to be this
/// one.
/// </summary>
internal sealed record DataOwner(string ClusterId, ReplicaId Replica)
{
    private const string FileName = "owner";
    private const string TemporaryFile = "owner.tmp";
    private const int BytesMax = 4096;

    /// <summary>Stands for the owner in the header of a file; never 0.</summary>
    public uint Tag { get; } = TagOf(ClusterId, Replica);

    /// <summary>
    /// Checks that a locked data directory is the owner's, and makes a directory that has no owner yet its own.
    /// </summary>
    /// <exception cref="StorageException">It belongs to another replica or cluster, or cannot be used.</exception>
    public void Claim(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            if (!File.Exists(path)) Write(directory, path);
            else if (ReadText(path) is var text && text != ToText()) throw NotOurs(directory, path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Reading whose data directory it is from", path, e);
        }
    }

    /// <summary>What is wrong with a file that bears another tag.</summary>
    public StorageException Foreign(string file) => new(
        $"The file '{file}' was written by another replica or for another cluster. This is {ReplicaLine} of "
        + $"{ClusterLine}. Nothing was changed. Move that file back to where it came from, and empty the data "
        + "directory so that the replica rejoins from the others.");

    private StorageException NotOurs(string directory, string path, string text)
    {
        string found = text.Split('\n') is [var cluster, var replica, ""]
            ? $"{replica} of {cluster}"
            : $"not named as it should be in '{path}'";
        return new StorageException(
            $"The data directory '{directory}' belongs to another replica: its owner is {found}, but this is "
            + $"{ReplicaLine} of {ClusterLine}. Nothing was changed. Give this replica its own data directory, or an "
            + "empty one: it then rejoins from the others.");
    }

    private static string ReadText(string path) =>
        new FileInfo(path).Length > BytesMax ? "" : File.ReadAllText(path);

    private string ClusterLine => $"cluster {ClusterId}";

    private string ReplicaLine => string.Create(CultureInfo.InvariantCulture, $"replica {Replica.Value}");

    private string ToText() => $"{ClusterLine}\n{ReplicaLine}\n";

    private void Write(string directory, string path)
    {
        string temporary = Path.Combine(directory, TemporaryFile);
        File.WriteAllText(temporary, ToText());
        using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
            FileSync.Data(file);
        File.Move(temporary, path, overwrite: true);
        FileSync.Directory(directory);
    }

    private static uint TagOf(string clusterId, ReplicaId replica)
    {
        byte[] name = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"owner of data\n{clusterId}\n{replica.Value}"));
        Span<byte> digest = stackalloc byte[Digest.Size];
        Blake2b.Hash(name).CopyTo(digest);
        return Math.Max(1, BinaryPrimitives.ReadUInt32BigEndian(digest));
    }
}
