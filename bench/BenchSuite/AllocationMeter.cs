using System.Reflection;
using BenchmarkDotNet.Running;

namespace BenchSuite;

/// <summary>
/// Counts the bytes that a benchmark allocates per operation. There is no clock in it: on one runtime the same code
/// gives the same figure. It runs each benchmark a few dozen times, so it also shows that the benchmark still works.
/// </summary>
public static class AllocationMeter
{
    private const int WarmUpRuns = 16;
    private const int Rounds = 8;
    private const int RunsPerRound = 8;

    /// <summary>
    /// Bytes that the calling thread allocates for one operation. What happens now and then - a list grows, a pool is
    /// filled - does not count: the round that allocates least does.
    /// </summary>
    /// <exception cref="InvalidOperationException">Code is compiled in tiers: figures would depend on when.</exception>
    /// <exception cref="ArgumentException">The benchmark returns something.</exception>
    public static long BytesPerOperation(BenchmarkCase benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        RequireOneTier();
        Descriptor descriptor = benchmark.Descriptor;
        if (descriptor.WorkloadMethod.ReturnType != typeof(void))
            throw new ArgumentException($"{Suite.NameOf(benchmark)} must return void: keep its result in a field.");
        object instance = Activator.CreateInstance(descriptor.Type)!;
        descriptor.GlobalSetupMethod?.Invoke(instance, null);
        try
        {
            long bytes = Least(descriptor.WorkloadMethod.CreateDelegate<Action>(instance));
            return (long)Math.Round(bytes / ((double)RunsPerRound * descriptor.OperationsPerInvoke));
        }
        finally
        {
            descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        }
    }

    private static long Least(Action run)
    {
        for (int i = 0; i < WarmUpRuns; i++) run();
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < RunsPerRound; i++) run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    /// <summary>Optimized code keeps some objects on the stack. With tiers, a timer decides when it is there.</summary>
    private static void RequireOneTier()
    {
        bool isOff = Environment.GetEnvironmentVariable("DOTNET_TieredCompilation") == "0"
            || (AppContext.TryGetSwitch("System.Runtime.TieredCompilation", out bool isOn) && !isOn);
        if (isOff) return;
        throw new InvalidOperationException(
            "Allocations count in code that is compiled once: set DOTNET_TieredCompilation=0, or run bench/record.");
    }
}
