using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>What a client has learned of its clouds: which to turn to first, and how long an answer takes.</summary>
internal sealed class CloudStatistics(int clouds)
{
    /// <summary>
    /// A cloud is slow if it takes so many times as long as the quickest, and at least so much longer.
    /// </summary>
    private const int SlowTimes = 4;
    private const double SlowMicros = 25_000;

    private readonly Lock _lock = new();
    private readonly double?[] _usualMicros = new double?[clouds];
    private readonly bool[] _failedLast = new bool[clouds];

    public void Learn(CloudCall call, CloudAnswer answer, long tookMicros)
    {
        lock (_lock)
        {
            _failedLast[call.Cloud] = answer is Failed { Kind: not CloudFailure.NotFound };
            if (answer is Failed || call is PutBlockCall or GetBlockCall) return;
            _usualMicros[call.Cloud] =
                _usualMicros[call.Cloud] is double usual ? (3 * usual + tookMicros) / 4 : tookMicros;
        }
    }

    /// <summary>
    /// For an operation that begins: in the configuration's order, but those that failed last, or are much slower than
    /// the others, at the end.
    /// </summary>
    public CloudOrder Order()
    {
        lock (_lock)
        {
            double[] known = [.. _usualMicros.OfType<double>().Order()];
            if (known.Length == 0) return new CloudOrder(Enumerable.Range(0, clouds), 0);
            double slow = Math.Max(SlowTimes * known[0], known[0] + SlowMicros);
            // One that never answered, while others did, was always too late.
            int[] order = [.. Enumerable.Range(0, clouds)
                .OrderBy(cloud => _failedLast[cloud] ? 2 : _usualMicros[cloud] <= slow ? 0 : 1).ThenBy(cloud => cloud)];
            return new CloudOrder(order, (long)known[known.Length / 2]);
        }
    }
}
