namespace BftCloud.Testing;

/// <summary>
/// What some code allocates on its thread. A collection that another thread starts counts what is left of this thread's
/// allocation buffer as allocated. So the code runs a few times, and the least counts.
/// </summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>Bytes that one run of <paramref name="code"/> allocates.</summary>
    public static long Of(Action code)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            code();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
