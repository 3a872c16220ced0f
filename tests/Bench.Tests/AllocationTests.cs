using BenchmarkDotNet.Running;
using BenchSuite;

namespace Bench.Tests;

/// <summary>Runs every benchmark a few dozen times, and holds what it allocates against its baseline.</summary>
public class AllocationTests
{
    private static readonly Suite[] Suites =
    [
        new(typeof(BftSmr.Bench.CodecBenchmarks).Assembly),
        new(typeof(DepSky.Bench.CodingBenchmarks).Assembly),
        new(typeof(KvStore.Bench.CommandBenchmarks).Assembly),
    ];

    public static TheoryData<string, string> Benchmarks
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (Suite suite in Suites)
            {
                foreach (BenchmarkCase benchmark in suite.Benchmarks) all.Add(suite.Name, Suite.NameOf(benchmark));
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void A_benchmark_runs_and_allocates_what_its_baseline_says(string suite, string benchmark)
    {
        Suite measured = Suites.Single(s => s.Name == suite);
        IReadOnlyDictionary<string, long> baselines = AllocationBaselines.Load(measured.BaselineDirectory);
        long bytes = AllocationMeter.BytesPerOperation(measured.Benchmarks.Single(b => Suite.NameOf(b) == benchmark));
        long? baseline = baselines.TryGetValue(benchmark, out long expected) ? expected : null;
        Assert.Null(AllocationBaselines.Fault(benchmark, baseline, bytes));
    }

    [Fact]
    public void Every_baseline_is_one_of_a_benchmark()
    {
        foreach (Suite suite in Suites)
        {
            string[] benchmarks = [.. suite.Benchmarks.Select(Suite.NameOf)];
            Assert.Empty(AllocationBaselines.Load(suite.BaselineDirectory).Keys.Except(benchmarks));
        }
    }

    [Theory]
    [InlineData(0L, 16L)]
    [InlineData(16L, 0L)]
    [InlineData(1_000L, 1_050L)]
    [InlineData(1_000L, 950L)]
    public void A_small_difference_is_no_fault(long baseline, long measured) =>
        Assert.Null(AllocationBaselines.Fault("A.B", baseline, measured));

    [Theory]
    [InlineData(0L, 17L, "A.B allocates 17 bytes per operation, not 0.")]
    [InlineData(1_000L, 1_051L, "A.B allocates 1051 bytes per operation, not 1000.")]
    [InlineData(1_000L, 949L, "A.B allocates 949 bytes per operation, no longer 1000: keep the gain")]
    [InlineData(null, 949L, "A.B has no baseline.")]
    public void More_or_less_than_the_baseline_or_no_baseline_is_a_fault(long? baseline, long measured, string says) =>
        Assert.StartsWith(says, AllocationBaselines.Fault("A.B", baseline, measured), StringComparison.Ordinal);
}
