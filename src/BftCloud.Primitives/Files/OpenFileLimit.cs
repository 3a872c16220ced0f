using System.Runtime.InteropServices;

namespace BftCloud.Primitives;

/// <summary>
/// How many connections this process has descriptors for. A process that runs out of them cannot even refuse a
/// connection, and the runtime may end it; so each server takes no more than fit.
/// </summary>
internal static partial class OpenFileLimit
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    /// <summary>
    /// The most connections, at most <paramref name="wanted"/> and at least one, that leave <paramref name="spare"/>
    /// descriptors free besides those that are open now.
    /// </summary>
    public static int ConnectionsThatFit(int wanted, int spare)
    {
        if (!OperatingSystem.IsLinux()) return wanted;
        Span<ulong> limits = stackalloc ulong[2]; // what it may have now, and the most it may ask for
        if (GetLimit(OpenFiles, limits) != 0) return wanted;
        int open = Directory.GetFiles("/proc/self/fd").Length;
        return ConnectionsThatFit(wanted, spare, open, limits[0]);
    }

    /// <summary>The same for a limit of which some are open already.</summary>
    internal static int ConnectionsThatFit(int wanted, int spare, int open, ulong limit)
    {
        long left = (long)Math.Min(limit, int.MaxValue) - open - spare;
        return (int)Math.Clamp(left, 1, wanted);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, Span<ulong> limits);
}
