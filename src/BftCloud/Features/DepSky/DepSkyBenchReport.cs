namespace BftCloud.Features.DepSky;

/// <summary>
/// What a benchmark of clouds found. Throughputs are of the content, in MB/s (10^6 bytes), one for each round.
/// </summary>
/// <param name="LargeBytes">The length of the large object.</param>
/// <param name="PutMegabytesPerSecond">Putting it.</param>
/// <param name="DirectMegabytesPerSecond">Writing the same blocks to the same clouds directly, in parallel.</param>
/// <param name="PutToDirect">The best put's throughput, as a part of the best direct writing's.</param>
/// <param name="GetMegabytesPerSecond">Getting it.</param>
/// <param name="StorageFactor">What clouds hold of it, metadata apart, to its length.</param>
/// <param name="NoneSlow">Reads of 100 KB, no cloud being slow.</param>
/// <param name="OneSlow">The same with each cloud being slow in turn.</param>
/// <param name="PeakMemoryMiB">The most memory that this process had.</param>
internal sealed record DepSkyBenchReport(
    long LargeBytes,
    IReadOnlyList<double> PutMegabytesPerSecond,
    IReadOnlyList<double> DirectMegabytesPerSecond,
    double PutToDirect,
    IReadOnlyList<double> GetMegabytesPerSecond,
    double StorageFactor,
    DepSkyReadLatency NoneSlow,
    IReadOnlyList<DepSkyReadLatency> OneSlow,
    double PeakMemoryMiB);

/// <summary>How long reads of 100 KB took, in milliseconds.</summary>
/// <param name="SlowCloud">The slow cloud, or "none".</param>
/// <param name="P50">Half of them were faster.</param>
/// <param name="P90">Nine of ten were faster.</param>
/// <param name="Max">The slowest.</param>
/// <param name="First">The first, when nothing was known of the clouds yet.</param>
internal sealed record DepSkyReadLatency(string SlowCloud, double P50, double P90, double Max, double First)
{
    public static DepSkyReadLatency Of(string slowCloud, double[] milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new DepSkyReadLatency(
            slowCloud, sorted[sorted.Length / 2], sorted[sorted.Length * 9 / 10], sorted[^1], milliseconds[0]);
    }
}
