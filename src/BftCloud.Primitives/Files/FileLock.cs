namespace BftCloud.Primitives;

/// <summary>
/// The lock of a file, which one open handle has at a time. The system releases it when the handle is closed or its
/// process ends, however it ends.
/// </summary>
internal static class FileLock
{
    private const int WouldBlock = 11; // EWOULDBLOCK of flock
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>Opens a file, made if there is none, with its lock; null if another handle has it.</summary>
    /// <exception cref="IOException">The file cannot be opened for another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            return null;
        }
    }
}
