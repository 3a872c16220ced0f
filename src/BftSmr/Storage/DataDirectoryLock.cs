namespace BftSmr.Storage;

/// <summary>Keeps a second process, and a second replica in this one, from using a data directory.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock of a directory, which is made if it does not exist. The system releases it when the process ends,
    /// however it ends.
    /// </summary>
    /// <exception cref="StorageException">Another process has it, or the directory cannot be used.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, "lock");
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Making the data directory", directory, e);
        }
        try
        {
            return new DataDirectoryLock(
                new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (UnauthorizedAccessException e)
        {
            throw StorageException.Failed("Locking the data directory with", path, e);
        }
        catch (IOException e)
        {
            throw new StorageException(
                $"The data directory '{directory}' is in use by another replica process ('{path}' is locked: "
                + $"{e.Message}). Stop that process, or give this replica a directory of its own.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
