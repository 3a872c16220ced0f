using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BftCloud.Primitives;

/// <summary>
/// Reads files that others may have locked. What .NET opens it also locks, if only for readers: that fails while
/// another process has the lock, and could make another process fail that is about to take it.
/// </summary>
internal static partial class UnlockedFile
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens a file or directory; null if it cannot be opened.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        int descriptor = Open(path, ReadOnly | CloseOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
