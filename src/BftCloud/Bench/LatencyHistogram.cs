using System.Numerics;

namespace BftCloud.Bench;

/// <summary>
/// Counts latencies in buckets whose width is at most 1/64 of their value, from a microsecond to 19 hours: bounded
/// memory for any load. Each closed loop has one of its own; they are added up at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int LinearBits = 7;
    private const int Linear = 1 << LinearBits;
    private const int ValueBitsMax = 36;

    private readonly long[] _counts = new long[(ValueBitsMax - LinearBits + 2) * (Linear / 2)];

    public long Count { get; private set; }

    public long MaxMicros { get; private set; }

    public void Record(long micros)
    {
        micros = Math.Clamp(micros, 0, (1L << ValueBitsMax) - 1);
        _counts[BucketOf(micros)]++;
        Count++;
        MaxMicros = Math.Max(MaxMicros, micros);
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMicros = Math.Max(MaxMicros, other.MaxMicros);
    }

    /// <summary>
    /// The latency that this share of all is not above, to the width of a bucket; 0 if nothing was recorded.
    /// </summary>
    /// <param name="share">From 0 to 1.</param>
    public long QuantileMicros(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Math.Min(HighestIn(i), MaxMicros);
        }
        return 0;
    }

    /// <summary>
    /// All latencies in bins an eighth of a power of two wide, from the first to the last that is not empty; below 128
    /// microseconds 8 microseconds wide.
    /// </summary>
    public IEnumerable<BenchBin> Bins()
    {
        const int BucketsOfBin = 8;
        int first = Array.FindIndex(_counts, static count => count > 0);
        int last = Array.FindLastIndex(_counts, static count => count > 0);
        if (first < 0) yield break;
        for (int i = first - first % BucketsOfBin; i <= last; i += BucketsOfBin)
        {
            long from = i == 0 ? 1 : HighestIn(i - 1) + 1; // an axis of powers has no 0
            long to = HighestIn(i + BucketsOfBin - 1) + 1;
            yield return new BenchBin(from / 1000.0, to / 1000.0, _counts[i..(i + BucketsOfBin)].Sum());
        }
    }

    // Values below 128 have a bucket each, every further power of two has 64.
    private static int BucketOf(long micros)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)micros | 1) - (LinearBits - 1));
        return shift * (Linear / 2) + (int)(micros >> shift);
    }

    private static long HighestIn(int bucket)
    {
        int shift = Math.Max(0, bucket / (Linear / 2) - 1);
        return ((bucket - shift * (Linear / 2) + 1L) << shift) - 1;
    }
}
