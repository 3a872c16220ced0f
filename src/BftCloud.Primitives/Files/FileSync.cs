using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BftCloud.Primitives;

/// <summary>
/// The system calls that put file contents and directory entries on disk, or reserve room for them. A failed one is
/// never tried again: the kernel may have dropped the data.
/// </summary>
internal static partial class FileSync
{
    private const int Interrupted = 4; // EINTR
    private const int NotSupported = 95; // EOPNOTSUPP
    private const int OpenReadOnly = 0;

    /// <summary>Contents are on disk when this returns; times of the file need not be.</summary>
    /// <exception cref="IOException">They may not be.</exception>
    public static void Data(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        while (DataSync(file) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) throw Error(error);
        }
    }

    /// <summary>The file has this length, and, where the file system can, room on disk for it.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    public static void Allocate(SafeFileHandle file, long bytes)
    {
        while (OperatingSystem.IsLinux())
        {
            if (Allocate(file, 0, 0, bytes) == 0) return;
            int error = Marshal.GetLastPInvokeError();
            if (error == NotSupported) break;
            if (error != Interrupted) throw Error(error);
        }
        RandomAccess.SetLength(file, bytes);
    }

    /// <summary>Creations, renames and deletions in the directory are on disk when this returns.</summary>
    /// <exception cref="IOException">They may not be.</exception>
    public static void Directory(string path)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals directory entries itself, and offers no such call
        int descriptor = Open(path, OpenReadOnly);
        if (descriptor < 0) throw Error(Marshal.GetLastPInvokeError());
        try
        {
            while (Sync(descriptor) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Interrupted) throw Error(error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
