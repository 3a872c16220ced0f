using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// Keeps a second process, and a second replica in this one, from using a data directory. The lock's file tells the
/// process that has it.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    /// <summary>The name of the lock's file in a data directory.</summary>
    public const string FileName = "lock";

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock of a directory, which is made if it does not exist. The system releases it when the process ends,
    /// however it ends.
    /// </summary>
    /// <exception cref="StorageException">Another replica has it, or the directory cannot be used.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Making the data directory", directory, e);
        }
        FileStream? file = null;
        try
        {
            file = FileLock.TryTake(path) ?? throw InUse(directory, path);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return new DataDirectoryLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw StorageException.Failed("Locking the data directory with", path, e);
        }
    }

    /// <summary>The process that the lock's file names; null if it names none. It may have ended since.</summary>
    public static int? NamedHolder(string directory)
    {
        const int BytesMax = 32;
        using SafeFileHandle? file = UnlockedFile.TryOpen(Path.Combine(directory, FileName));
        if (file is null) return null;
        Span<byte> text = stackalloc byte[BytesMax];
        text = text[..RandomAccess.Read(file, text, fileOffset: 0)];
        return int.TryParse(text.TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? pid
            : null;
    }

    public void Dispose() => _file.Dispose();

    private static StorageException InUse(string directory, string path)
    {
        string holder = NamedHolder(directory) is { } pid
            ? string.Create(CultureInfo.InvariantCulture, $", {pid}")
            : "";
        return new StorageException(
            $"The data directory '{directory}' is in use by another replica process{holder}: it holds the lock of "
            + $"'{path}'. Stop that process, or give this replica a directory of its own.");
    }
}
