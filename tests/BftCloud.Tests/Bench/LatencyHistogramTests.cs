using BftCloud.Bench;

namespace BftCloud.Tests.Bench;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantiles_are_those_of_the_sorted_values_to_one_part_in_64()
    {
        Random random = new(7);
        long[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (long)Math.Pow(2, random.NextDouble() * 30))];
        LatencyHistogram histogram = new();
        foreach (long value in values) histogram.Record(value);
        Array.Sort(values);

        foreach (double share in (double[])[0.001, 0.5, 0.9, 0.99, 0.999])
        {
            long exact = values[(int)Math.Ceiling(share * values.Length) - 1];
            long measured = histogram.QuantileMicros(share);
            Assert.InRange(measured, exact, exact + exact / 64 + 1);
        }
        Assert.Equal(values[^1], histogram.QuantileMicros(1));
        Assert.Equal(values[^1], histogram.MaxMicros);
        Assert.Equal(values.Length, histogram.Count);
    }

    [Fact]
    public void Bins_hold_every_latency_once_and_leave_no_gap()
    {
        LatencyHistogram histogram = new();
        long[] values = [0, 5, 9, 127, 128, 1000, 1_000_000, long.MaxValue];
        foreach (long value in values) histogram.Record(value);

        BenchBin[] bins = [.. histogram.Bins()];

        Assert.Equal(values.Length, bins.Sum(static bin => bin.Operations));
        Assert.All(bins.Zip(bins.Skip(1)), static pair => Assert.Equal(pair.First.ToMs, pair.Second.FromMs));
        Assert.Equal((0.001, 0.008, 2L), (bins[0].FromMs, bins[0].ToMs, bins[0].Operations));
        Assert.All(
            bins.Where(static bin => bin.FromMs > 0.064),
            static bin => Assert.InRange(bin.ToMs / bin.FromMs, 1.06, 1.13));
        Assert.Equal(1, bins.Single(static bin => bin.FromMs <= 1 && 1 < bin.ToMs).Operations);
        Assert.Empty(new LatencyHistogram().Bins());
    }

    [Fact]
    public void Histograms_add_up()
    {
        LatencyHistogram one = new(), other = new();
        one.Record(10);
        other.Record(1_000_000);

        one.Add(other);

        Assert.Equal(2, one.Count);
        Assert.Equal(10, one.QuantileMicros(0.5));
        Assert.Equal(1_000_000, one.QuantileMicros(1));
    }

    [Fact]
    public void Nothing_recorded_is_zero_and_the_extremes_have_a_bucket()
    {
        LatencyHistogram histogram = new();
        Assert.Equal(0, histogram.QuantileMicros(0.5));

        histogram.Record(-1);
        histogram.Record(long.MaxValue);

        Assert.Equal(0, histogram.QuantileMicros(0.5));
        Assert.Equal((1L << 36) - 1, histogram.QuantileMicros(1));
    }
}
