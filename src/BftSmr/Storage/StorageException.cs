namespace BftSmr;

/// <summary>
/// The replica's disk failed or its data directory cannot be used. The replica stops rather than promise what it cannot
/// keep; nothing acknowledged is lost. The message says what failed and what to do.
/// </summary>
public sealed class StorageException : Exception
{
    /// <summary>What failed and what to do.</summary>
    public StorageException(string message)
        : base(message) { }

    /// <summary>What failed and what to do, and the system's own error.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>A write or flush that the system refused.</summary>
    internal static StorageException Failed(string doing, string path, Exception cause)
    {
        string advice = cause.HResult switch
        {
            NoSpaceLeft or TooLarge or QuotaExceeded =>
                "The disk is full: free space or move the data directory to a larger one, then start the replica "
                + "again.",
            ReadOnlyFileSystem =>
                "The file system is read-only, which it also becomes after a fault of its disk: see 'dmesg'. Make it "
                + "writable, then start the replica again.",
            _ => "Check the disk and the directory's permissions, then start the replica again.",
        };
        return new StorageException(
            $"{doing} '{path}' failed: {cause.Message} The replica stops so that it keeps every promise it made. "
            + advice, cause);
    }

    private const int TooLarge = 27; // EFBIG: a limit on file sizes
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int ReadOnlyFileSystem = 30; // EROFS
    private const int QuotaExceeded = 122; // EDQUOT

    /// <summary>Does something on the disk.</summary>
    /// <exception cref="StorageException">It cannot be done.</exception>
    internal static void Guard(string doing, string path, Action action) => Guard(doing, path, () =>
    {
        action();
        return true;
    });

    /// <inheritdoc cref="Guard(string, string, Action)"/>
    internal static T Guard<T>(string doing, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(doing, path, e);
        }
    }
}
