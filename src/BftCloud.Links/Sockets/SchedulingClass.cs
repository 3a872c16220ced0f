using System.Runtime.InteropServices;

namespace BftCloud.Links;

/// <summary>What the operating system's scheduler is told about a thread.</summary>
internal static partial class SchedulingClass
{
    private const int Batch = 3;

    /// <summary>
    /// The calling thread, when it is woken, waits until the one that runs has had its turn (Linux' SCHED_BATCH),
    /// instead of taking its place at once. Several nodes on one machine then take more messages at a time, for less
    /// processor time each; a node that has a processor to itself notices nothing. No privilege is needed, and nothing
    /// is lost where it is refused.
    /// </summary>
    public static void YieldToRunning()
    {
        int priority = 0;
        if (OperatingSystem.IsLinux()) _ = SetScheduler(0, Batch, ref priority);
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref int priority);
}
