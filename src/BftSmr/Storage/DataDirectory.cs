using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr;

/// <summary>
/// A replica's directory on disk: <c>lock</c>, <c>genesis</c> (only until the first start), <c>log/</c>,
/// <c>checkpoints/</c> and <c>archive/</c>. The format is described in docs/spec/storage.
/// </summary>
public static class DataDirectory
{
    internal const string LogFolder = "log";
    internal const string CheckpointsFolder = "checkpoints";
    internal const string ArchiveFolder = "archive";

    private const string GenesisFile = "genesis";
    private const string GenesisText = """
        The replica of this directory has never run. It deletes this file at its first start. Do not put it back: a
        replica that lost its disk and finds this file would take itself for new, and could contradict what it said
        before.

        """;

    /// <summary>
    /// Makes the directory of a replica that has never run. To be called once in a replica's life, when its cluster is
    /// made: it tells the replica at its first start that there is nothing it could have forgotten. A replica whose
    /// directory was lost later is given an empty one instead, without this call: it then catches up from the others
    /// before it votes.
    /// </summary>
    /// <exception cref="StorageException">The directory cannot be made, or already holds something.</exception>
    public static void Initialize(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new StorageException(
                    $"The data directory '{path}' is not empty. Give a new replica a directory of its own, or remove "
                    + "this one if its replica never ran.");
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly);
            string genesis = Path.Combine(path, GenesisFile);
            File.WriteAllText(genesis, GenesisText);
            using (SafeFileHandle file = File.OpenHandle(genesis, FileMode.Open, FileAccess.ReadWrite))
                FileSync.Data(file);
            FileSync.Directory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Making the data directory", path, e);
        }
    }

    /// <summary>Whether the directory says that its replica never ran.</summary>
    internal static bool NeverRan(string path) => File.Exists(Path.Combine(path, GenesisFile));

    /// <summary>The log exists, and is on disk: from now on the directory is that of a replica that ran.</summary>
    internal static void MarkAsRun(string path)
    {
        try
        {
            string genesis = Path.Combine(path, GenesisFile);
            if (!File.Exists(genesis)) return;
            FileSync.Directory(path); // the directories of the log and the checkpoints first
            File.Delete(genesis);
            FileSync.Directory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Writing the data directory", path, e);
        }
    }
}
