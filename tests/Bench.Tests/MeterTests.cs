using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using BenchSuite;

namespace Bench.Tests;

/// <summary>What the meter says of benchmarks whose allocations are known.</summary>
public class MeterTests
{
    /// <summary>An array of 1,000 bytes with its header, on a 64-bit machine.</summary>
    private const long ArrayBytes = 1_000 + 24;

    [Fact]
    public void An_array_counts_with_its_header() => Assert.Equal(ArrayBytes, Measure(nameof(Known.OneArray)));

    [Fact]
    public void Several_operations_in_one_run_share_what_it_allocates() =>
        Assert.Equal(ArrayBytes / 4, Measure(nameof(Known.OneArrayForFour)));

    [Fact]
    public void What_is_allocated_now_and_then_does_not_count() =>
        Assert.Equal(0, Measure(nameof(Known.ArrayNowAndThen)));

    [Fact]
    public void A_benchmark_that_returns_something_is_refused() =>
        Assert.Throws<ArgumentException>(static () => Measure(nameof(Known.Returning)));

    private static long Measure(string method)
    {
        BenchmarkCase[] known = BenchmarkConverter.TypeToBenchmarks(typeof(Known)).BenchmarksCases;
        return AllocationMeter.BytesPerOperation(known.Single(b => b.Descriptor.WorkloadMethod.Name == method));
    }

    public class Known
    {
        private byte[]? _array;
        private int _runs;

        [Benchmark]
        public void OneArray() => _array = new byte[1_000];

        [Benchmark(OperationsPerInvoke = 4)]
        public void OneArrayForFour() => _array = new byte[1_000];

        [Benchmark]
        public void ArrayNowAndThen()
        {
            if (++_runs % 20 == 0) _array = new byte[1_000];
        }

        [Benchmark]
        public byte[]? Returning() => _array;
    }
}
