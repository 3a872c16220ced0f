using System.Runtime.InteropServices;

namespace BftCloud.Processes;

/// <summary>The memory that native code of this process allocates.</summary>
internal static partial class NativeHeap
{
    /// <summary>
    /// Gives back to the operating system what was freed and is held for later: the runtime's compiler leaves several
    /// MiB so. Other allocators than that of GNU do so by themselves, or cannot.
    /// </summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // It is another allocator.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
