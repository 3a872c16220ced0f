using System.Reflection;
using BenchmarkDotNet.Running;

namespace BenchSuite;

/// <summary>What every suite's program does.</summary>
public static class BenchProgram
{
    /// <summary>
    /// <c>record DIRECTORY</c> writes the baselines of allocations, <c>measure FILE COMMIT MACHINE</c> appends to the
    /// history; all other arguments are BenchmarkDotNet's own.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static int Run(Assembly assembly, string[] args)
    {
        switch (args)
        {
            case ["record", string directory]:
                AllocationBaselines.Record(new Suite(assembly), directory);
                return 0;
            case ["measure", string path, string commit, string machine]:
                History.Append(new Suite(assembly), path, commit, machine);
                return 0;
            default:
                BenchmarkSwitcher.FromAssembly(assembly).Run(args);
                return 0;
        }
    }
}
